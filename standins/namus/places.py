"""One large city for each state of the code list, and how many cases fall there (roughly by population)."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple


class Place(NamedTuple):
    """A city; `weight` is its state's share of cases."""

    state: str
    city: str
    county: str
    latitude: float
    longitude: float
    weight: int


PLACES = tuple(
    Place(*row)
    for row in (
        ("Alabama", "Birmingham", "Jefferson", 33.52, -86.80, 5),
        ("Alaska", "Anchorage", "Anchorage", 61.22, -149.90, 6),
        ("Arizona", "Phoenix", "Maricopa", 33.45, -112.07, 14),
        ("Arkansas", "Little Rock", "Pulaski", 34.75, -92.29, 4),
        ("California", "Los Angeles", "Los Angeles", 34.05, -118.24, 46),
        ("Colorado", "Denver", "Denver", 39.74, -104.99, 8),
        ("Connecticut", "Hartford", "Hartford", 41.76, -72.67, 3),
        ("Delaware", "Wilmington", "New Castle", 39.74, -75.55, 1),
        ("District of Columbia", "Washington", "District of Columbia", 38.91, -77.04, 1),
        ("Florida", "Miami", "Miami-Dade", 25.76, -80.19, 30),
        ("Georgia", "Atlanta", "Fulton", 33.75, -84.39, 11),
        ("Hawaii", "Honolulu", "Honolulu", 21.31, -157.86, 3),
        ("Idaho", "Boise", "Ada", 43.62, -116.20, 3),
        ("Illinois", "Chicago", "Cook", 41.88, -87.63, 9),
        ("Indiana", "Indianapolis", "Marion", 39.77, -86.16, 6),
        ("Iowa", "Des Moines", "Polk", 41.59, -93.62, 3),
        ("Kansas", "Wichita", "Sedgwick", 37.69, -97.34, 3),
        ("Kentucky", "Louisville", "Jefferson", 38.25, -85.76, 5),
        ("Louisiana", "New Orleans", "Orleans", 29.95, -90.07, 7),
        ("Maine", "Portland", "Cumberland", 43.66, -70.26, 2),
        ("Maryland", "Baltimore", "Baltimore City", 39.29, -76.61, 5),
        ("Massachusetts", "Boston", "Suffolk", 42.36, -71.06, 4),
        ("Michigan", "Detroit", "Wayne", 42.33, -83.05, 10),
        ("Minnesota", "Minneapolis", "Hennepin", 44.98, -93.27, 4),
        ("Mississippi", "Jackson", "Hinds", 32.30, -90.18, 4),
        ("Missouri", "Kansas City", "Jackson", 39.10, -94.58, 6),
        ("Montana", "Billings", "Yellowstone", 45.78, -108.50, 3),
        ("Nebraska", "Omaha", "Douglas", 41.26, -95.93, 2),
        ("Nevada", "Las Vegas", "Clark", 36.17, -115.14, 7),
        ("New Hampshire", "Manchester", "Hillsborough", 42.99, -71.45, 1),
        ("New Jersey", "Newark", "Essex", 40.74, -74.17, 6),
        ("New Mexico", "Albuquerque", "Bernalillo", 35.08, -106.65, 6),
        ("New York", "New York", "New York", 40.71, -74.01, 17),
        ("North Carolina", "Charlotte", "Mecklenburg", 35.23, -80.84, 10),
        ("North Dakota", "Fargo", "Cass", 46.88, -96.79, 1),
        ("Ohio", "Columbus", "Franklin", 39.96, -83.00, 8),
        ("Oklahoma", "Oklahoma City", "Oklahoma", 35.47, -97.52, 8),
        ("Oregon", "Portland", "Multnomah", 45.52, -122.68, 8),
        ("Pennsylvania", "Philadelphia", "Philadelphia", 39.95, -75.17, 9),
        ("Rhode Island", "Providence", "Providence", 41.82, -71.41, 1),
        ("Tennessee", "Memphis", "Shelby", 35.15, -90.05, 10),
        ("Texas", "Houston", "Harris", 29.76, -95.37, 35),
        ("Utah", "Salt Lake City", "Salt Lake", 40.76, -111.89, 3),
        ("Vermont", "Burlington", "Chittenden", 44.48, -73.21, 1),
        ("Virginia", "Richmond", "Richmond City", 37.54, -77.44, 6),
        ("Washington", "Seattle", "King", 47.61, -122.33, 11),
        ("West Virginia", "Charleston", "Kanawha", 38.35, -81.63, 3),
        ("Wisconsin", "Milwaukee", "Milwaukee", 43.04, -87.91, 4),
        ("Wyoming", "Cheyenne", "Laramie", 41.14, -104.82, 1),
    )
)
# A few cases lie where the list of states has nothing.
UNLISTED = Place("Guam", "Dededo", "Guam", 13.52, 144.84, 0)


@cache
def place_of(state: str) -> Place:
    """The place of a state. Raises StopIteration when there is none."""
    return next(place for place in (*PLACES, UNLISTED) if place.state == state)


@cache
def place_in(city: str, state: str | None) -> Place | None:
    """The place with that city and state, or None when it is not one of ours."""
    return next((place for place in (*PLACES, UNLISTED) if (place.city, place.state) == (city, state)), None)
