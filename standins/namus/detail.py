"""The detail of a case: the public tree. What is not known is left out, never null."""

from __future__ import annotations

from urllib.parse import quote

from standins.namus.agency import agency_of
from standins.namus.codes import Code, code, codes, state_code
from standins.namus.images import Image, default_image, image_body
from standins.namus.places import place_in
from standins.namus.records import MISSING, Case, draw, row_id

Body = dict[str, object]
NOTICE = "SYNTHETIC RECORD. Not a real person."


def detail(case: Case, images: list[Image], resolved: bool) -> Body:
    """The whole body of GET Cases/{number}."""
    agency = agency_of(case)
    return {
        "id": case.number,
        "idFormatted": case.id_formatted,
        "publicationStatus": Code(1, "Published", "Published").body(),
        "createdDateTime": case.created,
        "modifiedDateTime": case.modified,
        **(_of_missing(case, agency) if case.case_set == MISSING else _of_unidentified(case)),
        "grantPermissionToPublish": True,
        "caseIsResolved": resolved,
        "notes": [],
        "clothingAndAccessoriesArticles": [_article(case)],
        "investigatingAgencies": [agency],
        "caseContributors": [],
        "caseOwner": {"id": row_id(case, "owner"), "investigatingAgencyIdentityId": agency["id"]},
        "physicalDescription": _looks(case),
        "physicalFeaturesNoKnownInformationIndicator": {"id": row_id(case, "features"), "noKnownInformation": True},
        "physicalFeatureDescriptions": [],
        "images": [image_body(case, image) for image in images],
        **_default_image(case, images),
        "documents": [],
        "permissionToPublish": False,
        "viewPermission": "public",
        **_links(case),
    }


def _of_missing(case: Case, agency: Body) -> Body:
    return {
        "subjectIdentification": _identification(case),
        "subjectDescription": _description(case),
        "hasPendingByNcmec": False,
        "hasNcmecContributors": False,
        "circumstances": {"id": row_id(case, "circumstances"), "circumstancesOfDisappearance": NOTICE},
        "sighting": _sighting(case),
        "vehicles": [],
        "primaryInvestigatingAgency": {key: agency[key] for key in ("id", "isCaseOwner", "name")},
        "hrefQRCode": f"{case.home}/Images/QRCode",
    }


def _of_unidentified(case: Case) -> Body:
    ages = {} if case.age is None else {"estimatedAgeFrom": case.age, "estimatedAgeTo": case.age + 10}
    found = {"dateFound": case.last_contact.isoformat()} if case.last_contact else {}
    return {
        "subjectDescription": {**_description(case), **ages},
        "circumstances": {
            "id": row_id(case, "circumstances"),
            "status": Code(1, "Unidentified Deceased", "Unidentified Deceased").body(),
            "circumstancesOfRecovery": NOTICE,
            **found,
            **_whereabouts(case),
        },
        "detailsOfRecovery": {"id": row_id(case, "recovery")},
        "caseIdentification": {"id": row_id(case, "caseIdentification")},
    }


def _identification(case: Case) -> Body:
    body: Body = {
        "id": row_id(case, "identification"),
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
        "id": row_id(case, "description"),
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
        "id": row_id(case, "article"),
        "identityId": row_id(case, "article", "identity"),
        "article": {**article.body(), "ordinal": article.id},
        "description": "synthetic",
    }


def _sighting(case: Case) -> Body:
    body: Body = {"id": row_id(case, "sighting")}
    if case.last_contact:
        body["date"] = case.last_contact.isoformat()
    no = code("tribalLand", "No").body()
    return body | {"missingFromTribalLand": no, "primaryResidenceOnTribalLand": no} | _whereabouts(case)


def _whereabouts(case: Case) -> Body:
    """The address, and the place on a map when it is known."""
    address: Body = {"city": case.city, "stateId": 0, "countyId": 0}
    if case.state:
        state = state_code(case.state)
        address["state"] = {"id": state.id, "name": state.name, "displayName": state.shown}
    place = place_in(case.city, case.state)
    if place is None:
        return {"address": address}
    address["county"] = {"id": row_id(case, "county"), "name": f"{place.county} County", "displayName": place.county}
    return {
        "address": address,
        "publicGeolocation": {
            "coordinates": {"lat": place.latitude, "lon": place.longitude},
            "formattedAddress": f"{case.city}, {state_code(place.state).shown}, USA",
        },
    }


def _looks(case: Case) -> Body:
    body: Body = {"id": row_id(case, "looks")}
    if _is_synthetic(case):
        hair = codes("hairColor")[draw(len(codes("hairColor")), case.number, "hair")]
        eyes = codes("eyeColor")[draw(len(codes("eyeColor")), case.number, "eyes")]
        body |= {"hairColor": hair.body(), "leftEyeColor": eyes.body(), "rightEyeColor": eyes.body()}
    return body


def _default_image(case: Case, images: list[Image]) -> Body:
    default = default_image(images)
    if default is None:
        return {}
    return {"defaultImage": {"id": row_id(case, "default"), "defaultImageIdentityId": default.identity_id}}


def _links(case: Case) -> Body:
    rsa = {"hrefGetRsaInformation": f"/api/CaseSets/NamUs/Users/Rsa/{quote(case.state)}"} if case.state else {}
    return {
        "hrefDefaultImageThumbnail": f"{case.home}/Images/Default/Thumbnail",
        "hrefDefaultImagePoster": f"{case.home}/Images/Default/Poster",
        **rsa,
    }
