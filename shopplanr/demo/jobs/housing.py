"""The job that is over its goal: aluminium housings, with a first article route and a production route."""

from shopplanr.demo.certificates import (
    Stock,
    certificate_of_conformance,
    finishing,
    first_article,
    mill_test_report,
)
from shopplanr.demo.plan import (
    FLEXIBLE,
    GATE,
    PHYSICAL,
    PROCESS_OR_OVERRIDE,
    STRICT,
    Batch,
    Correction,
    DoneLater,
    Fate,
    JobChange,
    JobPlan,
    Operation,
    Override,
    Paper,
    Question,
    Remark,
    Route,
    Scrap,
    Waiver,
)
from shopplanr.demo.products import HOUSING

PLATE = Stock(
    alloy="7075-T7351",
    specification="AMS 4078H",
    form="plate",
    supplier="Tri-Valley Aluminum",
    melted_by="Ravenna Rolling",
    melt="direct chill cast",
    country="US",
    condition="T7351, stress relieved by stretching",
    chemistry_percent={
        "Zn": (5.4, 5.9, 2),
        "Mg": (2.3, 2.7, 2),
        "Cu": (1.4, 1.8, 2),
        "Cr": (0.19, 0.25, 2),
        "Fe": (0.12, 0.28, 2),
        "Si": (0.05, 0.16, 2),
        "Mn": (0.02, 0.09, 2),
        "Ti": (0.02, 0.06, 2),
    },
    balance="Al",
    mechanical={
        "tensileStrengthKsi": (70.1, 73.8, 1),
        "yieldStrengthKsi": (59.2, 63.0, 1),
        "elongationPercent": (8, 11, 1),
        "conductivityPercentIACS": (38.9, 40.6, 1),
    },
    also={"ultrasonicInspection": "AMS-STD-2154 class A"},
)


def _anodize(first_report: int, order: str) -> Paper:
    return finishing(
        "Hard anodize",
        "MIL-PRF-8625F Type III, Class 1",
        "Lakeshore Finishing",
        first_report,
        {"seal": "none", "masking": "bores A, B and ground pads", "saltSprayHours": 336, "purchaseOrder": order},
        {"coatingThicknessInch": (0.0017, 0.0022, 4), "coatingWeightMgPerFt2": (4400, 5200, 0)},
    )


CHECK = "Conductivity and hardness check"

FIRST_ARTICLE = Route(
    key="housing-fai",
    name="First article",
    goal=3,
    mode=STRICT,
    operations=(
        Operation("Saw and square", "Saw, Amada HA-250", "andre", 15, dependency=PHYSICAL),
        Operation("Mill OP10 and OP20", "Mill 3, UMC-750", "dale", 150, dependency=PHYSICAL),
        Operation("Deburr", "Bench 2", "rosa", 40),
        Operation(
            "Hard anodize", "Outside: Lakeshore Finishing", "sam", 1000, lot=3, paper=_anodize(71812, "PO-20381")
        ),
        Operation(
            "Full layout, AS9102",
            "CMM-02, Zeiss Contura",
            "keiko",
            240,
            dependency=GATE,
            lot=3,
            paper=first_article("IH-2290-1", "C", 93, 118),
            standing=("cmm",),
        ),
    ),
    batches=(Batch(3, 0, "housing/heat-1"),),
    fates=(Fate(3),),
    first_day=2.2,
    last_day=8.3,
)

PRODUCTION = Route(
    key="housing",
    name="Production",
    goal=35,
    mode=FLEXIBLE,
    operations=(
        Operation("Saw and square", "Saw, Amada HA-250", "andre", 8, dependency=PHYSICAL),
        Operation("Mill OP10, cavity", "Mill 3, UMC-750", "dale", 27, dependency=PHYSICAL),
        Operation("Mill OP20, connector face", "Mill 4, VF-4", "dale", 24, dependency=PHYSICAL),
        Operation("Vibratory tumble", "Finishing, tumbler 1", "rosa", 12, optional=True),
        Operation(CHECK, "Bench 4", "owen", 4, dependency=GATE, standing=("hardness", "eddy-current")),
        Operation(
            "Hard anodize",
            "Outside: Lakeshore Finishing",
            "sam",
            950,
            lot=14,
            asks=(PROCESS_OR_OVERRIDE,),
            paper=_anodize(71830, "PO-20407"),
            remarks={
                0: "All fourteen are back. Coating reads 0.0019 in at the three spots of the drawing. Traces of "
                "masking wax in two of the A bores, wiped out with alcohol."
            },
        ),
        Operation("Install locking inserts", "Bench 2", "rosa", 11, standing=("housing/inserts",)),
        Operation("CMM inspection", "CMM-02, Zeiss Contura", "keiko", 9, dependency=GATE, standing=("cmm",)),
        Operation("Bag, label and pack", "Shipping", "sam", 4),
    ),
    batches=(Batch(24, 0, "housing/heat-1"), Batch(18, 16, "housing/heat-2")),
    fates=(
        Fate(21),
        Fate(7, jumps={"Mill OP20, connector face": CHECK}),
        Fate(5, jumps={"Vibratory tumble": "Hard anodize"}, meanwhile=(DoneLater(CHECK, at="CMM inspection"),)),
        Fate(
            3,
            jumps={"Vibratory tumble": "Hard anodize"},
            meanwhile=(
                Waiver(
                    CHECK,
                    at="Install locking inserts",
                    reason="Anodized by now; three coupons of the heat read 39.4 to 39.9 % IACS, 84 HRB. DEV-0219",
                    asked_by="rosa",
                ),
            ),
        ),
        Fate(
            2,
            jumps={"Hard anodize": "CMM inspection"},
            meanwhile=(
                Override(
                    "Install locking inserts",
                    at=CHECK,
                    reason="Corvane installs the inserts on these two at assembly, customer request CR-118",
                    asked_by="vikram",
                ),
            ),
        ),
        Fate(
            1,
            "Vibratory tumble",
            Scrap("damaged", "Dropped while unloading the tumbler, corner of datum A pushed in 0.030 in. NCR-1201"),
            meanwhile=(
                Remark(
                    "Vibratory tumble",
                    "Slipped out of my hand wet and hit the rim of the tumbler. There is a rubber mat on the rim now.",
                    photo="corner",
                ),
            ),
        ),
        Fate(
            1,
            "Install locking inserts",
            Scrap("operator_error", "Insert driven 1.5 pitches too deep, thread torn out when removed. NCR-1207"),
        ),
        Fate(
            1,
            "CMM inspection",
            jumps={"Vibratory tumble": "Hard anodize"},
            meanwhile=(
                Question(
                    "waiver",
                    at="CMM inspection",
                    step=CHECK,
                    reason="Anodized by now; the two coupons of this heat read 39.6 % IACS and 85 HRB. DEV-0224",
                    by="keiko",
                ),
            ),
        ),
        Fate(1, "CMM inspection", jumps={"Vibratory tumble": "Hard anodize"}),
    ),
    first_day=8.6,
    last_day=29.4,
)

JOB = JobPlan(
    ticket="DEMO-102",
    name="Instrument housing IH-2290-1, 7075-T7351",
    customer="Corvane Instruments",
    purchase_order="CI-77120",
    part_number="IH-2290-1",
    revision="C",
    summary="38 housings for Corvane Instruments, PO CI-77120; up to 10 % more are taken",
    priority="Medium",
    labels=("demo", "avionics", "aluminium"),
    tags=("avionics", "aluminium", "first article"),
    goal=34,
    due_in_days=8,
    opened=1.4,
    routes=(FIRST_ARTICLE, PRODUCTION),
    materials={
        "housing/heat-1": (1.8, mill_test_report(PLATE, "7R20933", "2.000 x 48.5 x 144.5 in", "PO-20372")),
        "housing/heat-2": (9.2, mill_test_report(PLATE, "7R21405", "2.000 x 48.5 x 144.5 in", "PO-20391")),
        "housing/inserts": (
            9.4,
            certificate_of_conformance(
                "Certificate of conformance, locking inserts NAS1130-06L15",
                "Fastline Hardware",
                "PO-20399",
                partNumber="NAS1130-06L15",
                quantity=250,
                lotNumber="FL-88213",
            ),
        ),
    },
    changes=(JobChange(12.3, goal=38),),
    corrections={
        "housing/inserts": Correction(
            10.2,
            {
                "name": "Certificate of conformance, locking inserts NAS1130-06L15, lot FL-88231",
                "heatLot": "FL-88231",
            },
            {"lotNumber": "FL-88231"},
            "The supplier's paper says lot FL-88231; it was typed as FL-88213",
        )
    },
    product=HOUSING,
)
