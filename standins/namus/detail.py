"""The detail of a case: the public tree. What is not known is left out, never null."""

from __future__ import annotations

from standins.namus.codes import Code, code, codes
from standins.namus.images import Image, default_image, image_body
from standins.namus.places import place_in
from standins.namus.records import Case, draw

Body = dict[str, object]
NOTICE = "SYNTHETIC RECORD. Not a real person."


def detail(case: Case, images: list[Image]) -> Body:
    """The whole body of GET Cases/{number}."""
    agency = _agency(case)
    return {
        "id": case.number,
        "idFormatted": f"MP{case.number}",
        "publicationStatus": Code(1, "Published", "Published").body(),
        "createdDateTime": case.created,
        "modifiedDateTime": case.modified,
        "subjectIdentification": _identification(case),
        "subjectDescription": _description(case),
        "grantPermissionToPublish": True,
        "caseIsResolved": False,
        "hasPendingByNcmec": False,
        "hasNcmecContributors": False,
        "circumstances": {"id": _id(case, "circumstances"), "circumstancesOfDisappearance": NOTICE},
        "notes": [],
        "clothingAndAccessoriesArticles": [_article(case)],
        "sighting": _sighting(case),
        "vehicles": [],
        "investigatingAgencies": [agency],
        "primaryInvestigatingAgency": {key: agency[key] for key in ("id", "isCaseOwner", "name")},
        "caseContributors": [],
        "caseOwner": {"id": _id(case, "owner"), "investigatingAgencyIdentityId": agency["id"]},
        "physicalDescription": _looks(case),
        "physicalFeaturesNoKnownInformationIndicator": {"id": _id(case, "features"), "noKnownInformation": True},
        "physicalFeatureDescriptions": [],
        "images": [image_body(case, image) for image in images],
        **_default_image(case, images),
        "documents": [],
        "permissionToPublish": False,
        "viewPermission": "public",
        **_links(case),
    }


def _id(case: Case, *words: object) -> int:
    return draw(200_000, case.number, *words) + 1


def _identification(case: Case) -> Body:
    body: Body = {
        "id": _id(case, "identification"),
        "firstName": case.first_name,
        "lastName": case.last_name,
    }
    if case.age is not None:
        body |= {"currentMinAge": case.age, "currentMaxAge": case.age}
    if case.missing_age is not None:
        body |= {"computedMissingMinAge": case.missing_age, "computedMissingMaxAge": case.missing_age}
    return body


def _description(case: Case) -> Body:
    # The primary one has no id of its own on the site, and a name that no list holds when there are several.
    primary = case.ethnicities[0] if len(case.ethnicities) == 1 else "Multiple"
    inches = 58 + draw(18, case.number, "height")
    pounds = 100 + draw(130, case.number, "weight")
    # How tall and heavy is drawn for people who do not exist; nothing is said of anyone else.
    size: Body = {"heightFrom": inches, "heightTo": inches + 2, "weightFrom": pounds, "weightTo": pounds + 15}
    return {
        "id": _id(case, "description"),
        **(size if _is_synthetic(case) else {}),
        "ethnicities": [code("ethnicity", name).body() for name in case.ethnicities],
        "primaryEthnicity": {"id": 0, "name": primary, "localizedName": primary},
        "sex": code("sex", case.sex).body(),
        "tribeAssociations": [],
    }


def _is_synthetic(case: Case) -> bool:
    return case.with_drawings or not case.photos


def _article(case: Case) -> Body:
    article = codes("article")[draw(len(codes("article")), case.number, "article")]
    return {
        "id": _id(case, "article"),
        "identityId": _id(case, "article", "identity"),
        "article": {**article.body(), "ordinal": article.id},
        "description": "synthetic",
    }


def _sighting(case: Case) -> Body:
    state = code("state", case.state)
    place = place_in(case.city, case.state)
    body: Body = {"id": _id(case, "sighting")}
    if case.last_contact:
        body["date"] = case.last_contact.isoformat()
    address: Body = {
        "city": case.city,
        "state": {"id": state.id, "name": state.name, "displayName": state.shown},
        "stateId": 0,
    }
    if place:
        address["county"] = {
            "id": _id(case, "county"),
            "name": f"{place.county} County",
            "displayName": place.county,
        }
    address["countyId"] = 0
    no = code("tribalLand", "No").body()
    body |= {"address": address, "missingFromTribalLand": no, "primaryResidenceOnTribalLand": no}
    if place:
        body["publicGeolocation"] = {
            "coordinates": {"lat": place.latitude, "lon": place.longitude},
            "formattedAddress": f"{case.city}, {state.shown}, USA",
        }
    return body


def _agency(case: Case) -> Body:
    state = code("state", case.state)
    return {
        "id": _id(case, "agency"),
        "isCaseOwner": False,
        "name": f"{case.city} Police Department (synthetic)",
        "city": case.city,
        "state": state.body(),
        "stateDisplayName": state.shown,
        "selection": {"id": _id(case, "selection"), "contact": _contact(case), "agency": _office(case)},
        "caseNumber": f"SYN-{case.number}",
    }


def _contact(case: Case) -> Body:
    return {
        "id": _id(case, "contact"),
        "firstName": "Alex",
        "lastName": "Example",
        "jobTitle": "Detective",
        "roleId": 1,
        "role": "Law Enforcement",
        "isPublicEmail": False,
        "isPublicPhone1": False,
        "isPublicPhone2": False,
    }


def _office(case: Case) -> Body:
    return {
        "id": _id(case, "office"),
        "name": f"{case.city} Police Department (synthetic)",
        "street1": "1 Example Street",
        "city": case.city,
        "zipCode": "00000",
        "state": code("state", case.state).body(),
        "phone": "5555550100",
        "jurisdiction": code("jurisdiction", "Local").body(),
        "agencyType": code("agencyType", "Law Enforcement").body(),
        "approved": True,
    }


def _looks(case: Case) -> Body:
    body: Body = {"id": _id(case, "looks")}
    if _is_synthetic(case):
        hair = codes("hairColor")[draw(len(codes("hairColor")), case.number, "hair")]
        eyes = codes("eyeColor")[draw(len(codes("eyeColor")), case.number, "eyes")]
        body |= {"hairColor": hair.body(), "leftEyeColor": eyes.body(), "rightEyeColor": eyes.body()}
    return body


def _default_image(case: Case, images: list[Image]) -> Body:
    default = default_image(images)
    if default is None:
        return {}
    return {"defaultImage": {"id": _id(case, "default"), "defaultImageIdentityId": default.identity_id}}


def _links(case: Case) -> Body:
    home = f"/api/CaseSets/NamUs/MissingPersons/Cases/{case.number}/Images"
    return {
        "hrefDefaultImageThumbnail": f"{home}/Default/Thumbnail",
        "hrefDefaultImagePoster": f"{home}/Default/Poster",
        "hrefQRCode": f"{home}/QRCode",
        "hrefGetRsaInformation": f"/api/CaseSets/NamUs/Users/Rsa/{case.state.replace(' ', '%20')}",
    }
