"""AlertStore on DynamoDB: the slots decide who may alert, beside them stands a row for every detection that came."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from homeward.adapters.detections import moved
from homeward.adapters.dynamodb import Item, event_put, put, query, transact, update
from homeward.domain.audit import AuditEvent
from homeward.domain.cases import CaseKey
from homeward.domain.claims import AlertState, Slot, SlotName, Slots, SlotState
from homeward.domain.detections import Verdict, day_of, iso
from homeward.domain.ports import AlertChange

_TIMES = ("lease_until", "attempt_at", "sent_at", "rejected_at")


@dataclass(frozen=True, slots=True)
class DynamoAlertStore:
    """Table `alerts`, key (`case_place`, `alert_id`); its index `sent_by_case` holds the alerts that stand.

    Its index `by_day` has every detection's row under the day on which its picture was taken."""

    table: str
    detections_table: str
    audit_table: str

    def slots(self, case: CaseKey, place: str) -> Slots:
        """See the port."""
        condition = "case_place = :case_place AND begins_with(alert_id, :slot)"
        found = query(self.table, condition, consistent=True, case_place=_place(case, place), slot="#")
        by_name = {SlotName(item["alert_id"]): _slot(item) for item in found}
        return Slots(*(by_name.get(name, Slot(name)) for name in (SlotName.CURRENT, SlotName.ESCALATION)))

    def write(self, change: AlertChange, event: AuditEvent) -> None:
        """See the port."""
        operations = [event_put(self.audit_table, event)]
        if change.slot:
            operations.append(self._slot_put(change, change.slot))
        if change.row:
            operations.append(self._row_update(change))
        if change.move:
            operations.append(moved(self.detections_table, change.detection_id, change.move, event.at))
        transact(*operations)

    def history(self, case: CaseKey, place: str) -> list[dict[str, Any]]:
        """See the port."""
        rows = query(self.table, "case_place = :case_place", consistent=True, case_place=_place(case, place))
        return [row for row in rows if not row["alert_id"].startswith("#")]

    def sent_of(self, case: CaseKey, since: datetime) -> list[dict[str, Any]]:
        """See the port. The index may be a second behind."""
        condition = "sent_case = :sent_case AND sent_at >= :since"
        return list(query(self.table, condition, index="sent_by_case", sent_case=str(case), since=iso(since)))

    def of_day(self, day: date) -> list[dict[str, Any]]:
        """See the port. The index may be a second behind."""
        rows = query(self.table, "#day = :day", index="by_day", names={"#day": "day"}, day=day.isoformat())
        return [{**row, **_case_and_place(row["case_place"])} for row in rows]

    def _slot_put(self, change: AlertChange, slot: Slot) -> Item:
        item = {name: getattr(slot, name) for name in slot.__slots__ if name not in ("name", *_TIMES)}
        item |= {name: iso(at) for name in _TIMES if (at := getattr(slot, name))}
        item |= {"case_place": _place(change.case, change.place), "alert_id": slot.name, "revision": slot.revision + 1}
        if slot.revision == 0:
            return put(self.table, item, "attribute_not_exists(alert_id)")
        return put(self.table, item, "revision = :read", read=slot.revision)

    def _row_update(self, change: AlertChange) -> Item:
        key = {"case_place": _place(change.case, change.place), "alert_id": change.detection_id}
        row: dict[str, Any] = dict(change.row)
        if day := day_of(change.detection_id):
            row["day"] = day.isoformat()
        if row.get("state") == AlertState.SENT:
            row["sent_case"] = str(change.case)
        told = ("sent_case",) if "retraction_id" in row else ()
        if change.row_was is None:
            return update(self.table, key, row, None, remove=told)
        return update(self.table, key, row, "#state = :row_was", remove=told, row_was=change.row_was)


def _place(case: CaseKey, place: str) -> str:
    return f"{case}#{place}"


def _case_and_place(case_place: str) -> dict[str, str]:
    case, _, place = case_place.partition("#")
    return {"case": case, "place": place}


def _slot(item: Item) -> Slot:
    values: dict[str, Any] = {name: item.get(name) for name in Slot.__slots__ if name != "name"}
    values |= {name: datetime.fromisoformat(item[name]) for name in _TIMES if item.get(name)}
    values |= {"state": SlotState(item["state"]), "grade": Verdict(item["grade"]) if item.get("grade") else None}
    return Slot(SlotName(item["alert_id"]), **values)
