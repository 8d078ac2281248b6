"""The desk in a real browser, on the deployed stack: whole reviews, and every view."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from homeward import bootstrap
from homeward.adapters.aws import client
from homeward.adapters.dynamodb import transact, update
from homeward.domain.audit_format import digest_name, hour_of
from homeward.domain.detections import iso
from homeward.settings import Setting, Settings
from tests.contract.retention.sightings import Sightings, until
from tests.dags.desk.conftest import PHONE

SitsDown = Callable[..., Any]
ERROR = "executions?machine=nothing"
VIEWS = ("reviews", "executions", "sightings", "collection", "bias", "audit")


def messages(reference: str) -> list[str]:
    """The SMS texts about a detection."""
    address = f"{client('sns').meta.endpoint_url}/_ministack/sns/sms-messages"
    with urllib.request.urlopen(address, timeout=10) as answer:
        arrived = json.loads(answer.read())["sms_messages"].get(PHONE, [])
    return [text for one in arrived if reference in (text := str(one.get("message") or one.get("Message")))]


def change(settings: Settings, detection_id: str, **changes: Any) -> None:
    """Make an open review another one."""
    transact(update(settings[Setting.REVIEWS_TABLE], {"detection_id": detection_id}, changes, None))


def answer(page: Page, verdict: str) -> None:
    """Choose, and say yes."""
    page.get_by_role("button", name=verdict).click()
    page.get_by_role("button", name="Yes").click()


def pictures_loaded(page: Page) -> bool:
    return bool(page.evaluate("[...document.images].every(image => image.complete && image.naturalWidth > 0)"))


def test_a_whole_review_from_the_queue_to_the_sms_by_keyboard(seen: Sightings, sits_down: SitsDown) -> None:
    asked = seen.pass_by(0)
    with sits_down("alex") as desk:
        page = desk.open("reviews")
        page.get_by_role("link", name=asked).click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Is this Testina Sample?")
        expect(page.get_by_text("A match is a lead, not an identification.")).to_be_visible()
        until(lambda: pictures_loaded(page))
        page.keyboard.press("n")
        page.keyboard.type("the ear")
        page.keyboard.press("Escape")
        page.keyboard.press("c")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("Confirmed")
        seen.wait_for(asked, "FINISHED")
        assert until(lambda: messages(asked))[0].startswith("Homeward, a lead, not an identification")
        assert desk.troubles == []
    (said,) = [event for event in bootstrap.audit_log().story(f"detection:{asked}") if event.action == "answer_review"]
    assert (said.details["note"], said.outcome) == ("the ear", "CONFIRMED")
    views = [event for event in bootstrap.audit_log().story(f"detection:{asked}") if event.action == "view_review"]
    assert [event.actor for event in views] == [said.actor]


def test_the_plan_shows_how_far_the_camera_is_from_the_last_sighting(
    seen: Sightings, settings: Settings, sits_down: SitsDown, screenshot: Callable[[Page, str], None]
) -> None:
    asked = seen.pass_by(0)
    now = iso(datetime.now(UTC))
    beat = {"at": now, "started_at": now, "last_frame_at": now, "agent_version": "1", "clock_skew_ms": 0, "waiting": 0}
    body = json.dumps({**beat, "dropped": 0, "troubles": {}, "position": [41.26, -95.93]})
    key = f"heartbeats/{asked.partition('-')[0]}.json"
    client("s3").put_object(Bucket=settings[Setting.PICTURES_BUCKET], Key=key, Body=body.encode())
    with sits_down("alex") as desk:
        page = desk.open(f"reviews/{asked}")
        expect(page.get_by_text("Circle: last seen, 102 km N of it.")).to_be_visible()
        expect(page.get_by_text("Mapleton, IA, USA")).to_be_visible()
        page.locator("svg.plan").scroll_into_view_if_needed()
        screenshot(page, "reviews-one-case")


def test_who_answers_second_is_told_so(seen: Sightings, sits_down: SitsDown) -> None:
    asked = seen.pass_by(1)
    with sits_down("alex") as first, sits_down("robin") as second:
        page, late = first.open(f"reviews/{asked}"), second.open(f"reviews/{asked}")
        answer(page, "Reject")
        expect(page.get_by_role("alert")).to_contain_text("Rejected")
        answer(late, "Confirm")
        expect(late.get_by_role("alert")).to_contain_text("answered already: REJECTED")
        late.reload()
        expect(late.get_by_text("It can't be answered any more.")).to_be_visible()
        expect(late.get_by_role("button", name="Confirm")).to_have_count(0)
    assert bootstrap.reviews().get(asked)["verdict"] == "REJECTED"
    assert messages(asked) == []


def test_who_answers_after_the_time_ran_out_is_told_so(
    seen: Sightings, settings: Settings, sits_down: SitsDown
) -> None:
    asked = seen.pass_by(0)
    with sits_down("alex") as desk:
        page = desk.open(f"reviews/{asked}")
        change(settings, asked, expires_at=iso(datetime.now(UTC) - timedelta(seconds=1)))
        answer(page, "Confirm")
        expect(page.get_by_role("alert")).to_contain_text("ran out at")
    assert bootstrap.reviews().get(asked)["answers"] == []


def test_two_people_where_the_policy_wants_two(seen: Sightings, settings: Settings, sits_down: SitsDown) -> None:
    asked = seen.pass_by(1)
    change(settings, asked, reviewers=2)
    with sits_down("alex") as desk:
        page = desk.open(f"reviews/{asked}")
        answer(page, "Confirm")
        expect(page.get_by_role("alert")).to_contain_text("Somebody else must look as well")
        page.reload()
        expect(page.get_by_text("You have answered")).to_be_visible()
        assert messages(asked) == []
    with sits_down("robin") as desk:
        page = desk.open(f"reviews/{asked}")
        answer(page, "Confirm")
        expect(page.get_by_role("alert")).to_contain_text("the alert goes out now")
    until(lambda: messages(asked))


def test_a_viewer_sees_and_can_not_decide(seen: Sightings, sits_down: SitsDown) -> None:
    asked = seen.pass_by(1)
    with sits_down("sam", role="viewer") as desk:
        page = desk.open(f"reviews/{asked}")
        until(lambda: pictures_loaded(page))
        expect(page.get_by_text("Your role in Airflow may look, but not decide.")).to_be_visible()
        expect(page.get_by_role("button", name="Confirm")).to_have_count(0)
        path = f"/homeward/desk/reviews/{asked}/answer"
        sent = page.evaluate(f"homeward.post('{path}', {{ verdict: 'CONFIRMED' }})")
        assert (sent["good"], "not decide" in sent["text"]) == (False, True)
        page = desk.open(f"executions/detection/{asked}")
        expect(page.get_by_role("button", name="Stop")).to_have_count(0)
    assert bootstrap.reviews().get(asked)["answers"] == []


def test_an_execution_with_its_path_and_its_end(seen: Sightings, sits_down: SitsDown) -> None:
    asked = seen.pass_by(0)
    with sits_down("alex") as desk:
        page = desk.open("executions?camera=" + asked.partition("-")[0])
        looked = [event.action for event in bootstrap.audit_log().story("list:executions")]
        assert looked == ["view_executions"]
        page.get_by_role("link", name=asked).click()
        expect(page.locator("svg .state.running text")).to_have_text(["Request Review"])
        entered = page.locator("details.visit .name").all_text_contents()
        assert entered[:3] == ["Search Faces", "Route Search", "Assess Candidates"]
        assert page.locator("svg .way.taken").count() == len(entered) - 1
        page.get_by_role("button", name="Stop").click()
        page.get_by_role("button", name="Yes").click()
        expect(page.get_by_role("alert")).to_contain_text("Stopped")
        page.reload()
        expect(page.locator("h1 .badge").first).to_have_text("aborted")
        page.get_by_role("button", name="Begin again").click()
        expect(page.get_by_role("alert")).to_contain_text("Not yet")
        assert desk.troubles == []


def test_an_alert_is_taken_back(seen: Sightings, sits_down: SitsDown) -> None:
    sent = seen.alerted(1)
    until(lambda: messages(sent))
    with sits_down("alex") as desk:
        page = desk.open(f"sightings?case={seen.key(seen.second)}&days=90")
        row = page.get_by_role("row").filter(has=page.get_by_role("link", name=sent))
        row.get_by_text("Take back").first.click()
        row.get_by_role("button", name="Take back").click()
        page.get_by_role("button", name="Yes").click()
        expect(page.get_by_role("alert")).to_contain_text("Taken back")
    assert until(lambda: len(messages(sent)) == 2)


def test_the_story_and_the_seals(seen: Sightings, settings: Settings, sits_down: SitsDown) -> None:
    seen.alerted(0)
    with sits_down("alex") as desk:
        page = desk.open(f"audit?subject={seen.key(seen.first)}")
        expect(page.get_by_text("answer review").first).to_be_visible()
        page.get_by_role("button", name="Verify").click()
        expect(page.locator("#verified")).to_contain_text("nothing had to be sealed yet")
        expect(page.get_by_role("alert")).to_have_class("good")
        digest = digest_name(hour_of(datetime.now(UTC) - timedelta(hours=2)))
        client("s3").put_object(Bucket=settings[Setting.AUDIT_BUCKET], Key=digest, Body=b"{}")
        page.get_by_role("button", name="Verify").click()
        expect(page.get_by_role("alert")).to_contain_text("NOT WHOLE")
        expect(page.get_by_role("alert")).to_have_class("bad")
        page.get_by_label("Verify the last").fill("0")
        page.get_by_role("button", name="Verify").click()  # the browser says what is wrong, and nothing is sent
        assert desk.troubles == []


def test_an_administrator_makes_a_policy_the_live_one(seen: Sightings, sits_down: SitsDown) -> None:
    shelf = bootstrap.policy_shelf()
    before = shelf.live().version
    text = json.loads(shelf.read(before)[1])
    shelf.keep("floor-2", json.dumps({**text, "version": "floor-2"}).encode())
    with sits_down("alex", role="op") as desk:
        page = desk.open("bias")
        page.get_by_role("link", name="floor-2").click()
        expect(page.get_by_text("Only administrators change the policy.")).to_be_visible()
    with sits_down("kim", role="admin") as desk:
        page = desk.open("bias/policies/floor-2")
        page.get_by_label("Why").fill("a test of the desk")
        page.get_by_role("button", name="Make it the live policy").click()
        page.get_by_role("button", name="Yes").click()
        expect(page.get_by_role("alert")).to_contain_text("floor-2 is the live policy")
        page = desk.open("bias")
        expect(page.get_by_role("heading", name="Live policy: floor-2")).to_be_visible()
        expect(page.get_by_text("kim").nth(1)).to_be_visible()
        assert desk.troubles == []
    assert shelf.live().version == "floor-2"


def test_times_are_the_viewers_with_utc_on_hover(seen: Sightings, sits_down: SitsDown) -> None:
    with sits_down("alex") as desk:
        page = desk.open("executions")
        time = page.locator("td time").first
        assert time.get_attribute("title").endswith(" UTC")
        assert "UTC" not in time.text_content()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_serious_accessibility_violation(
    seen: Sightings, sits_down: SitsDown, screenshot: Callable[[Page, str], None], theme: str
) -> None:
    asked = seen.pass_by(0)
    one_each = [f"reviews/{asked}", f"executions/detection/{asked}", f"audit?subject={asked}"]
    with sits_down("alex", theme=theme) as desk:
        for path in (*VIEWS, *one_each, ERROR):
            page = desk.open(path)
            assert page.evaluate("document.documentElement.dataset.theme") == theme
            until(lambda page=page: pictures_loaded(page))
            found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
            serious = [one for one in found if one["impact"] in ("serious", "critical")]
            told = [(one["id"], one["nodes"][0]["html"], one["nodes"][0]["failureSummary"]) for one in serious]
            assert told == [], path
            if path != ERROR and (theme == "light" or path.startswith("reviews/")):
                name = path.partition("?")[0].replace(asked, "one").replace("/", "-")
                screenshot(page, name if theme == "light" else f"{name}-{theme}")


@pytest.mark.parametrize("width", [1280, 800])
def test_nothing_is_cut_off(seen: Sightings, sits_down: SitsDown, width: int) -> None:
    asked = seen.pass_by(1)
    with sits_down("alex", width=width) as desk:
        for path in (*VIEWS, f"reviews/{asked}", f"executions/detection/{asked}"):
            page = desk.open(path)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_an_error_is_a_page_with_words(sits_down: SitsDown, url: str) -> None:
    with sits_down("alex") as desk:
        for path, words in (
            ("executions?machine=nothing", "there is no state machine 'nothing'"),
            ("executions?case=x", "is not a case key"),
            ("executions?since=x", "'x' is no time"),
            ("executions/detection/nothing", "knows no execution nothing"),
            ("reviews/nothing", "no review for detection nothing"),
            ("audit?subject=case:x", "is not a case key"),
            ("sightings?days=1000", "1 to 90 days"),
            ("nothing", "There is no such page."),
        ):
            page = desk.open(path)
            expect(page.locator("main")).to_contain_text(words)
            expect(page.get_by_role("navigation")).to_be_visible()
