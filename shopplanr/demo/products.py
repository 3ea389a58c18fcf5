"""The demo's products: what they are sold as, what they are certified for, and what became of that.

Numbers begin with 952, which GS1 keeps for demonstrations. Issuers are invented, regulations and standards are not.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from certificates.services import assignments, catalogue, products
from shopplanr.demo.events import Books, Event
from shopplanr.demo.plan import Day

VALVE_BODY, BONE_PLATE, SEAL_RING, HOUSING = "9521234101031", "9521234101055", "9521234101048", "9521234101024"

PRODUCTS = {
    VALVE_BODY: ("Valve body VB-8814-2", "Body of a high-pressure needle valve, 17-4PH H900, 10 000 psi."),
    BONE_PLATE: ("Distal tibia plate, left, 4.0 mm", "Implant, 316LVM, electropolished; delivered non-sterile."),
    SEAL_RING: ("Turbine seal ring TS-3306-4", "Labyrinth seal ring of the second stage, Inconel 718."),
    HOUSING: ("Instrument housing IH-2290-1", "Housing of an air data unit, 7075-T7351, hard anodized."),
}
"""Name and description by GTIN."""

CERTIFICATIONS = {
    "ped": {
        "label": "CE marking, PED 2014/68/EU",
        "code": "CE_PED",
        "description": "Pressure equipment directive, categories II to IV: conformity assessed by a notified body.",
        "url": "https://eur-lex.europa.eu/eli/dir/2014/68/oj",
    },
    "mdr": {
        "label": "CE marking, MDR (EU) 2017/745",
        "code": "CE_MDR",
        "description": "Medical device regulation.",
        "url": "https://eur-lex.europa.eu/eli/reg/2017/745/oj",
    },
    "nace": {
        "label": "NACE MR0175 / ISO 15156",
        "code": "NACE_MR0175",
        "description": "Materials for use in environments that contain hydrogen sulfide.",
    },
    "api": {
        "label": "API Spec 6A, PSL 3",
        "code": "API_6A_PSL3",
        "description": "Wellhead and tree equipment, product specification level 3.",
    },
    "rohs": {
        "label": "RoHS 2011/65/EU",
        "code": "ROHS",
        "description": "Restriction of hazardous substances.",
        "url": "https://eur-lex.europa.eu/eli/dir/2011/65/oj",
    },
}
"""What products can be certified for, by key."""


@dataclass(frozen=True)
class TakeUp(Event):
    """Products and the catalogue are entered."""

    by: str

    def carry_out(self, books: Books) -> None:
        actor = books.actor(self.by)
        for gtin, (name, description) in PRODUCTS.items():
            products.create({"gtin": gtin, "name": name, "description": description}, actor)
        for key, fields in CERTIFICATIONS.items():
            books.certifications[key] = catalogue.create(fields, actor).short_id


@dataclass(frozen=True)
class Certify(Event):
    """A product gets a certification."""

    gtin: str
    certification: str
    by: str
    facts: Mapping[str, object] = field(default_factory=dict)

    def carry_out(self, books: Books) -> None:
        pair = {"certification_id": books.certifications[self.certification]}
        assignments.assign(self.gtin, books.dated(self.facts) | pair, books.actor(self.by))


@dataclass(frozen=True)
class Recertify(Event):
    """Facts of a product's certification change."""

    gtin: str
    certification: str
    by: str
    facts: Mapping[str, object]

    def carry_out(self, books: Books) -> None:
        pair = self.gtin, books.certifications[self.certification]
        assignments.update(*pair, books.dated(self.facts), books.actor(self.by))


@dataclass(frozen=True)
class Withdraw(Event):
    """A product holds a certification no more."""

    gtin: str
    certification: str
    by: str
    reason: str

    def carry_out(self, books: Books) -> None:
        pair = self.gtin, books.certifications[self.certification]
        assignments.unassign(*pair, books.actor(self.by), self.reason)


PRESSURE = {
    "certificate_number": "PED-M-21-40881",
    "issuing_body": "Rheinwerk Conformity GmbH (NB 2999)",
    "valid_from": Day(-700),
    "expiration_date": Day(395),
    "verification_url": "https://certificates.rheinwerk.example/PED-M-21-40881",
    "scope": "Valve bodies VB-88xx, up to 690 bar",
    "certification_value": "Category III, module B + C2",
    "audit_date": Day(-712),
    "initial_certification_date": Day(-2525),
    "certificate_countries": ["AT", "BE", "DE", "FR", "IT", "NL", "PL", "SE"],
    "metadata": {"technicalFile": "TF-8814-D", "customer": "Brackwell Flow Controls"},
}

IMPLANT = {
    "certificate_number": "MDR-0771-6620",
    "issuing_body": "Norddeutsche Medizinprodukte-Prüfstelle (NB 2998)",
    "valid_from": Day(-310),
    "expiration_date": Day(1515),
    "verification_url": "https://register.nmp.example/MDR-0771-6620",
    "verification_status": "verified",
    "scope": "Bone plates and screws, system Tibia 4.0",
    "certification_value": "Class IIb",
    "audit_date": Day(-341),
    "initial_certification_date": Day(-1890),
    "certificate_countries": ["AT", "CH", "DE", "DK", "FI", "NO", "SE"],
    "metadata": {"basicUdiDi": "9521234BP77XX4V", "emdnCode": "P091205"},
}

SOUR_SERVICE = {
    "certificate_number": "MTI-15156-0931",
    "issuing_body": "Gulf Materials Institute",
    "valid_from": Day(-1050),
    "expiration_date": Day(58),
    "scope": "17-4PH, double aged, 33 HRC at most",
    "audit_date": Day(-1061),
    "metadata": {"hardnessLimitHrc": "33"},
}

WELLHEAD = {
    "certificate_number": "6A-1187.3",
    "issuing_body": "Gulf Materials Institute",
    "valid_from": Day(-1160),
    "expiration_date": Day(-64),
    "verification_status": "expired",
    "scope": "Product",
    "certification_value": "PSL 3, temperature class U",
    "certificate_countries": ["US", "CA"],
}

SUBSTANCES = {"issuing_body": "Corvane Instruments", "valid_from": Day(-90), "scope": "Product", "metadata": {}}


def around_products() -> Iterator[tuple[float, Event]]:
    """Return what happens to products and their certifications, with the working day of the story.

    Today one certification is expired, one ends within the month, and the others hold.
    """
    yield 0.04, TakeUp("hannah")
    yield 0.12, Certify(VALVE_BODY, "ped", "marcus", PRESSURE)
    yield 0.13, Certify(VALVE_BODY, "nace", "marcus", SOUR_SERVICE)
    yield 0.15, Certify(VALVE_BODY, "api", "marcus", WELLHEAD)
    yield 1.6, Certify(HOUSING, "rohs", "hannah", SUBSTANCES)
    yield 6.5, Certify(SEAL_RING, "rohs", "hannah", {"scope": "Product"})
    yield 8.3, Recertify(VALVE_BODY, "ped", "marcus", {"verification_status": "verified", "metadata": {"seen": Day(0)}})
    yield 9.2, Withdraw(SEAL_RING, "rohs", "hannah", "Entered for the wrong product: a seal ring has no electronics")
    yield 14.3, Certify(BONE_PLATE, "mdr", "marcus", IMPLANT)
    yield (
        21.4,
        Recertify(
            HOUSING, "rohs", "hannah", {"certificate_number": "CI-ROHS-2290", "metadata": {"declaration": "CI-77120"}}
        ),
    )
