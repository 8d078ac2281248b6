"""What somebody may do to a log's files, and what the verifier must then say."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Callable
from dataclasses import dataclass

import rfc8785

from homeward.domain import audit_format as form
from homeward.domain.sealing import Contents, link_to, opened, signed, unsigned
from homeward.verifier.problems import Kind, Problem
from tests.memory.sealing import MemoryLog, OwnKey, World


@dataclass(frozen=True)
class Trace:
    """The kinds that name it; the hours that it touched; the file and the lines (1 is the first) where it is."""

    kinds: set[Kind]
    hours: set[str | None]
    file: str
    lines: tuple[int, int] | None = None
    part: int = 1

    def is_at(self, problem: Problem) -> bool:
        """Whether the problem is located there: to the line in files of fewer than 256 events, else to a part."""
        if problem.file != self.file or self.lines is None or problem.line is None:
            return problem.file == self.file and (self.lines is None or self.part == 0)
        return self.lines[0] - self.part < problem.line <= self.lines[1] + self.part - 1


Manipulated = Callable[[World, MemoryLog, random.Random], Trace]
DAMAGE = {Kind.ALTERED, Kind.UNREADABLE, Kind.SIGNATURE}
STRANGER = OwnKey()


def busy(log: MemoryLog, chance: random.Random, least: int = 1) -> tuple[str, list[bytes], int]:
    """An hour with events, its lines, and how many lines a part has."""
    hour = chance.choice([each for each in log.sealed() if log.files[form.events_name(each)].count(b"\n") >= least])
    part = json.loads(log.files[form.digest_name(hour)])["events"]["merkle_parts"]["leaves"]
    return hour, log.files[form.events_name(hour)].splitlines(keepends=True), part


def rewrite(log: MemoryLog, hour: str, lines: list[bytes]) -> str:
    name = form.events_name(hour)
    log.files[name] = b"".join(lines)
    return name


def flip(body: bytes, bit: int) -> bytes:
    flipped = bytearray(body)
    flipped[bit // 8] ^= 1 << bit % 8
    return bytes(flipped)


def flip_a_bit_of_an_event(world: World, log: MemoryLog, chance: random.Random) -> Trace:
    hour, lines, part = busy(log, chance)
    number = chance.randrange(len(lines))
    lines[number] = flip(lines[number], chance.randrange(8 * (len(lines[number]) - 1)))
    kinds = {Kind.ALTERED, Kind.ADDED}  # a bit may turn a letter into an end of line
    return Trace(kinds, {hour}, rewrite(log, hour, lines), (number + 1, number + 1), part)


def flip_an_end_of_line(world: World, log: MemoryLog, chance: random.Random) -> Trace:
    hour, lines, part = busy(log, chance)
    number = chance.randrange(len(lines))
    lines[number] = lines[number][:-1] + flip(b"\n", chance.randrange(8))
    kinds = {Kind.ALTERED, Kind.MISSING, Kind.TRUNCATED}
    return Trace(kinds, {hour}, rewrite(log, hour, lines), (number + 1, number + 2), part)


def flip_a_bit_of_a_digest(world: World, log: MemoryLog, chance: random.Random) -> Trace:
    hour = chance.choice(log.sealed())
    name = form.digest_name(hour)
    log.files[name] = flip(log.files[name], chance.randrange(8 * len(log.files[name])))
    return Trace(DAMAGE, {hour}, name)


def delete_an_event(world: World, log: MemoryLog, chance: random.Random) -> Trace:
    hour, lines, part = busy(log, chance)
    number = chance.randrange(len(lines))
    del lines[number]
    kinds = {Kind.MISSING, Kind.TRUNCATED}
    return Trace(kinds, {hour}, rewrite(log, hour, lines), (number + 1, number + 1), part)


def delete_several_events(world: World, log: MemoryLog, chance: random.Random) -> Trace:
    hour, lines, part = busy(log, chance, least=5)
    gone = sorted(chance.sample(range(len(lines)), 3))
    rewrite(log, hour, [line for number, line in enumerate(lines) if number not in gone])
    kinds = {Kind.MISSING, Kind.TRUNCATED}
    return Trace(kinds, {hour}, form.events_name(hour), (gone[0] + 1, gone[-1] + 1), part)


def reorder_two_events(world: World, log: MemoryLog, chance: random.Random) -> Trace:
    hour, lines, part = busy(log, chance, least=2)
    one, other = sorted(chance.sample(range(len(lines)), 2))
    lines[one], lines[other] = lines[other], lines[one]
    return Trace({Kind.MOVED}, {hour}, rewrite(log, hour, lines), (one + 1, other + 1), part)


def shuffle_an_hour(world: World, log: MemoryLog, chance: random.Random) -> Trace:
    hour, lines, part = busy(log, chance, least=5)
    mixed = chance.sample(lines, len(lines))
    rewrite(log, hour, mixed if mixed != lines else lines[::-1])
    return Trace({Kind.MOVED}, {hour}, form.events_name(hour), (1, len(lines)), part)


def repeat_an_event(world: World, log: MemoryLog, chance: random.Random) -> Trace:
    hour, lines, part = busy(log, chance)
    line, place = chance.choice(lines), chance.randrange(len(lines) + 1)
    lines.insert(place, line)
    kinds = {Kind.DOUBLED, Kind.ADDED} if part > 1 else {Kind.DOUBLED}
    first = lines.index(line) + 1
    return Trace(kinds, {hour}, rewrite(log, hour, lines), (first, max(place + 1, first + 1)), part)


def add_an_event(world: World, log: MemoryLog, chance: random.Random) -> Trace:
    hour, lines, part = busy(log, chance)
    place = chance.randrange(len(lines))
    event = {**json.loads(lines[place]), "actor": "person:mallory"}
    event["event_id"] += "f"
    lines.insert(place + 1, rfc8785.dumps(event) + b"\n")
    return Trace({Kind.ADDED}, {hour}, rewrite(log, hour, lines), (place + 2, place + 2), part)


def truncate_events(world: World, log: MemoryLog, chance: random.Random) -> Trace:
    hour, lines, part = busy(log, chance)
    body = b"".join(lines)
    cut = chance.randrange(len(body))
    log.files[form.events_name(hour)] = body[:cut]
    kinds = {Kind.TRUNCATED, Kind.MISSING, Kind.ALTERED}
    return Trace(kinds, {hour}, form.events_name(hour), (body[:cut].count(b"\n") + 1, len(lines)), part)


def truncate_a_digest(world: World, log: MemoryLog, chance: random.Random) -> Trace:
    hour = chance.choice(log.sealed())
    name = form.digest_name(hour)
    log.files[name] = log.files[name][: chance.randrange(len(log.files[name]))]
    return Trace({Kind.UNREADABLE}, {hour}, name)


def delete_a_file(world: World, log: MemoryLog, chance: random.Random) -> Trace:
    hour = chance.choice(log.sealed())
    name = chance.choice((form.events_name, form.digest_name))(hour)
    del log.files[name]
    return Trace({Kind.MISSING}, {hour}, name)


def delete_an_hour(world: World, log: MemoryLog, chance: random.Random) -> Trace:
    hour = chance.choice(log.sealed())
    del log.files[form.events_name(hour)], log.files[form.digest_name(hour)]
    return Trace({Kind.MISSING}, {hour}, form.digest_name(hour))


def cut_off_the_end(world: World, log: MemoryLog, chance: random.Random) -> Trace:
    hours = log.sealed()
    gone = hours[-chance.randrange(1, len(hours)) :]
    for hour in gone:
        del log.files[form.events_name(hour)], log.files[form.digest_name(hour)]
    return Trace({Kind.MISSING}, set(gone), form.digest_name(gone[0]))


def cut_off_the_beginning(world: World, log: MemoryLog, chance: random.Random) -> Trace:
    hours = log.sealed()
    count = chance.randrange(1, len(hours))
    for hour in hours[:count]:
        del log.files[form.events_name(hour)], log.files[form.digest_name(hour)]
    return Trace({Kind.MISSING}, {hours[count - 1]}, form.digest_name(hours[count - 1]))


def swap_events_of_two_hours(world: World, log: MemoryLog, chance: random.Random) -> Trace:
    one, other = (form.events_name(hour) for hour in (busy(log, chance)[0], busy(log, chance)[0]))
    while log.files[one] == log.files[other]:
        other = form.events_name(busy(log, chance)[0])
    log.files[one], log.files[other] = log.files[other], log.files[one]
    hours = {form.hour_named(name)[0] for name in (one, other)}  # type: ignore[index]
    return Trace({Kind.SWAPPED}, {*hours}, one)


def swap_digests_of_two_hours(world: World, log: MemoryLog, chance: random.Random) -> Trace:
    hours = chance.sample(log.sealed(), 2)
    one, other = map(form.digest_name, hours)
    log.files[one], log.files[other] = log.files[other], log.files[one]
    return Trace({Kind.MISPLACED}, {*hours}, one)


def put_an_hour_in_the_place_of_another(world: World, log: MemoryLog, chance: random.Random) -> Trace:
    one, other = chance.sample(log.sealed(), 2)
    for name in (form.digest_name, form.events_name):
        log.files[name(one)] = log.files[name(other)]
    return Trace({Kind.MISPLACED}, {one}, form.digest_name(one))


def change_the_clock(world: World, log: MemoryLog, chance: random.Random) -> Trace:
    hour = chance.choice(log.sealed())
    name = form.digest_name(hour)
    digest = json.loads(log.files[name])
    digest["sealed_at"] = f"20{chance.randrange(10, 99)}{digest['sealed_at'][4:-2]}{chance.randrange(10)}Z"
    if digest["sealed_at"] == json.loads(world.log.files[name])["sealed_at"]:
        digest["sealed_at"] = "2000" + digest["sealed_at"][4:]
    log.files[name] = rfc8785.dumps(digest)
    return Trace({Kind.ALTERED}, {hour}, name)


def seal_under_a_wrong_clock(world: World, log: MemoryLog, chance: random.Random) -> Trace:
    """By the key's owner: the newest digest, as no other one can be replaced without a fork."""
    hour = log.sealed()[-1]
    name = form.digest_name(hour)
    digest = {each: value for each, value in json.loads(log.files[name]).items() if each != form.SIGNATURE}
    digest["sealed_at"] = f"{form.next_hour(hour, -chance.randrange(0, 99))}:{chance.randrange(10, 60)}:00.000Z"
    log.files[name] = signed(digest, world.key.sign(rfc8785.dumps(digest)))
    return Trace({Kind.CLOCK}, {hour}, name)


def fork_a_digest(world: World, log: MemoryLog, chance: random.Random) -> Trace:
    """By the key's owner: another truth about an hour that later ones were sealed onto."""
    hour = chance.choice(log.sealed()[:-1])
    name = form.digest_name(hour)
    link, digest, _, _ = opened(hour, log.files[name])
    contents = Contents(hour)
    for line in log.files[form.events_name(hour)].splitlines()[1:]:
        contents.add(json.loads(line), line)
    digest |= {**contents.described(), "software_version": f"0.{chance.randrange(99)}.99"}
    log.files[name] = signed(digest, world.key.sign(rfc8785.dumps(digest)))
    body = log.files[form.events_name(hour)].splitlines(keepends=True)[1:]
    rewrite(log, hour, body)
    assert link_to(digest, log.files[name]).sha256 != link.sha256
    return Trace({Kind.FORKED}, {hour}, name)


def forge_an_hour(world: World, log: MemoryLog, chance: random.Random) -> Trace:
    """Without the key: everything is hashed again, and the chain after it too; signatures are kept, or a stranger's."""
    hour, lines, _ = busy(log, chance)
    number = chance.randrange(len(lines))
    lines[number] = lines[number].replace(b'"DONE"', b'"NONE"')
    rewrite(log, hour, lines)
    own = chance.random() < 0.5
    hours = [each for each in log.sealed() if each >= hour]
    contents = Contents(hour)
    for line in lines:
        contents.add(json.loads(line), line.rstrip(b"\n"))
    before = None
    for each in hours:
        old, digest, _, signature = opened(each, log.files[form.digest_name(each)])
        digest |= contents.described() if each == hour else {"previous": before.named() if before else None}
        if own:
            digest["key"] = {"id": "own", "sha256": STRANGER.key().sha256}
            signature = STRANGER.sign(rfc8785.dumps(digest))
        log.files[form.digest_name(each)] = signed(digest, signature)
        before = link_to(digest, log.files[form.digest_name(each)])
        assert before.sha256 != old.sha256
    return Trace({Kind.SIGNATURE} if own else {Kind.ALTERED}, {*hours}, form.digest_name(hour))


def begin_the_log_anew(world: World, log: MemoryLog, chance: random.Random) -> Trace:
    """By the key's owner: a digest in the middle that says that it is the log's first."""
    hour = chance.choice(log.sealed()[1:])
    _, digest, _, _ = opened(hour, log.files[form.digest_name(hour)])
    contents = Contents(hour)
    for line in log.files[form.events_name(hour)].splitlines():
        contents.add(json.loads(line), line)
    digest = unsigned(contents, None, world.now, world.key.key())
    log.files[form.digest_name(hour)] = signed(digest, world.key.sign(rfc8785.dumps(digest)))
    return Trace({Kind.FORKED}, {hour, form.next_hour(hour)}, form.digest_name(hour))


def play_with_the_signature(world: World, log: MemoryLog, chance: random.Random) -> Trace:
    """The other form of a good signature: (r, n - s). Anyone can make it, without the key."""
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

    hour = chance.choice(log.sealed())
    name = form.digest_name(hour)
    digest = json.loads(log.files[name])
    r, s = decode_dss_signature(base64.b64decode(digest[form.SIGNATURE]))
    digest[form.SIGNATURE] = base64.b64encode(encode_dss_signature(r, form.ORDER - s)).decode()
    log.files[name] = rfc8785.dumps(digest)
    return Trace({Kind.ALTERED}, {hour}, name)


def add_a_strange_file(world: World, log: MemoryLog, chance: random.Random) -> Trace:
    name = f"audit/2026/{chance.choice(('02/31/05.jsonl', '13/01/05.digest.json', 'notes.txt', '03/01/05.jsonl.bak'))}"
    log.files[name] = b"{}"
    return Trace({Kind.STRANGE}, {None}, name)


def write_digests_otherwise(world: World, log: MemoryLog, chance: random.Random) -> Trace:
    """The same words with other spaces: what it says is still signed, its bytes aren't what they were."""
    hour = chance.choice(log.sealed())
    name = form.digest_name(hour)
    log.files[name] = json.dumps(json.loads(log.files[name]), indent=chance.choice((None, 1, 2))).encode()
    return Trace({Kind.ALTERED}, {hour}, name)


MANIPULATIONS: list[Manipulated] = [
    flip_a_bit_of_an_event,
    flip_an_end_of_line,
    flip_a_bit_of_a_digest,
    delete_an_event,
    delete_several_events,
    reorder_two_events,
    shuffle_an_hour,
    repeat_an_event,
    add_an_event,
    truncate_events,
    truncate_a_digest,
    delete_a_file,
    delete_an_hour,
    cut_off_the_end,
    cut_off_the_beginning,
    swap_events_of_two_hours,
    swap_digests_of_two_hours,
    put_an_hour_in_the_place_of_another,
    change_the_clock,
    seal_under_a_wrong_clock,
    fork_a_digest,
    forge_an_hour,
    begin_the_log_anew,
    play_with_the_signature,
    add_a_strange_file,
    write_digests_otherwise,
]
