"""Invented shoppers. Their mail domain belongs to no one we know of; Klaviyo drops example.com and its like."""

from __future__ import annotations

from sandbox.shopify import customers
from sandbox.world import World
from sandbox.world.store import Row

FIRST = [
    "Ada",
    "Ben",
    "Carla",
    "Dmitri",
    "Elena",
    "Farid",
    "Greta",
    "Hugo",
    "Ines",
    "Jonas",
    "Kira",
    "Leon",
    "Maya",
    "Nils",
    "Olga",
    "Pavel",
    "Quinn",
    "Rosa",
    "Samir",
    "Tess",
    "Umar",
    "Vera",
    "Wanda",
    "Xavier",
    "Yara",
    "Zeno",
    "Anouk",
    "Bruno",
    "Celeste",
    "Dario",
    "Edda",
    "Fynn",
    "Gwen",
    "Hana",
    "Ivo",
]
LAST = [
    "Abbott",
    "Brandt",
    "Castillo",
    "Dunne",
    "Eklund",
    "Farrow",
    "Goldberg",
    "Haddad",
    "Ito",
    "Jensen",
    "Kowalski",
    "Lindqvist",
    "Moreau",
    "Novak",
    "Okafor",
    "Petrov",
    "Quigley",
    "Romero",
    "Sato",
    "Thorne",
    "Ueda",
    "Varga",
    "Whitlock",
    "Xu",
    "Yilmaz",
    "Zeller",
]
PLACES = [
    ("Portland", "Maine", "ME", "04101", "Elm Street"),
    ("Burlington", "Vermont", "VT", "05401", "Maple Avenue"),
    ("Providence", "Rhode Island", "RI", "02903", "Hope Street"),
    ("Albany", "New York", "NY", "12207", "State Street"),
    ("Northampton", "Massachusetts", "MA", "01060", "Orchard Lane"),
]


def make(world: World, shop: str, number: int) -> Row:
    """The shopper with this number (from 0). One in ten comes without mail, name and address, as protected customer
    data does in production."""
    if number % 10 == 7 and world.faults.harder("missing_customer_data"):
        return customers.create(world, shop)
    first, last = FIRST[number % len(FIRST)], LAST[(number * 7 + number // len(FIRST)) % len(LAST)]
    city, province, code, postal, street = PLACES[number % len(PLACES)]
    return customers.create(
        world,
        shop,
        first_name=first,
        last_name=last,
        email=f"{first}.{last}.{number + 1}@rosebud-shopper.net".lower(),
        phone=f"+1207555{number % 10_000:04d}" if number % 4 == 0 else None,
        marketing="SUBSCRIBED" if number % 3 == 0 else "NOT_SUBSCRIBED",
        locale="fr" if number % 23 == 5 else "en",
        address={
            "first_name": first,
            "last_name": last,
            "address1": f"{number + 3} {street}",
            "city": city,
            "province": province,
            "province_code": code,
            "country": "United States",
            "country_code": "US",
            "zip": postal,
        },
    )
