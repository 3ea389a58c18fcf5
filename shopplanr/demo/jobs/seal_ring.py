"""A job in the middle of its way: Inconel seal rings, slowed down by the wire EDM."""

from shopplanr.demo.certificates import Stock, heat_treatment, mill_test_report, nondestructive_test
from shopplanr.demo.plan import (
    GATE,
    PER_STEP,
    PHYSICAL,
    Batch,
    DoneLater,
    Fate,
    JobPlan,
    Operation,
    Override,
    Question,
    Remark,
    Route,
    Scrap,
)
from shopplanr.demo.products import SEAL_RING

RING = Stock(
    alloy="Inconel 718 (UNS N07718)",
    specification="AMS 5662P",
    form="rolled ring forging",
    supplier="Kestrel Specialty Metals",
    melted_by="Monongahela Superalloys",
    melt="VIM + VAR",
    country="US",
    condition="solution treated",
    chemistry_percent={
        "Ni": (52.6, 54.1, 2),
        "Cr": (17.8, 18.6, 2),
        "Nb+Ta": (5.1, 5.4, 2),
        "Mo": (2.9, 3.1, 2),
        "Ti": (0.92, 1.04, 2),
        "Al": (0.46, 0.58, 2),
        "Co": (0.12, 0.4, 2),
        "C": (0.02, 0.04, 3),
        "Mn": (0.04, 0.12, 2),
        "Si": (0.05, 0.12, 2),
        "P": (0.005, 0.011, 3),
        "S": (0.0003, 0.001, 4),
        "B": (0.002, 0.005, 4),
    },
    balance="Fe",
    mechanical={
        "tensileStrengthKsi": (199, 207, 1),
        "yieldStrengthKsi": (167, 176, 1),
        "elongationPercent": (17, 22, 1),
        "reductionOfAreaPercent": (29, 37, 0),
        "tensileAt1200FKsi": (158, 166, 1),
        "stressRuptureHours": (48, 96, 1),
        "hardnessHb": (388, 420, 0),
    },
    also={"grainSizeAstm": "8, duplex none", "deltaPhase": "accepted", "ultrasonicInspection": "AMS 2630 class A1"},
)

EDM = "Wire EDM slots"
RECAST = "Recast layer section"
DEBURR = "Brush deburr"
FPI = "Penetrant inspection"
CMM = "CMM inspection"
FINAL = "Final inspection and pack"

ROUTE = Route(
    key="seal",
    name="Turn, age, EDM, FPI",
    goal=45,
    mode=PER_STEP,
    operations=(
        Operation("Rough turn", "Lathe 1, Integrex i-200", "linh", 44, dependency=PHYSICAL),
        Operation(
            "Age harden",
            "Outside: Northgate Thermal",
            "sam",
            1300,
            dependency=PHYSICAL,
            lot=16,
            paper=heat_treatment(
                "Precipitation hardening of alloy 718",
                "AMS 2774H, S1775DP",
                {
                    "first": "1325 F, 8 h, furnace cool to 1150 F",
                    "second": "1150 F, 18 h in all, air cool",
                    "toleranceF": 15,
                    "atmosphere": "vacuum, argon quench",
                },
                "Northgate Thermal V-6",
                30517,
                {"hardnessHrc": (41.8, 44.2, 1)},
                {"hardnessRequirementHrc": "36 minimum", "accreditation": "Nadcap heat treating"},
            ),
        ),
        Operation("Finish turn", "Lathe 1, Integrex i-200", "linh", 52, dependency=PHYSICAL),
        Operation(EDM, "Wire EDM 1, Sodick ALN600", "walt", 105, dependency=PHYSICAL, handed_over=(15.0, "jamal")),
        Operation(RECAST, "Metallography", "keiko", 45, optional=True),
        Operation(DEBURR, "Bench 3", "rosa", 20),
        Operation(
            FPI,
            "FPI line",
            "owen",
            180,
            dependency=GATE,
            lot=8,
            paper=nondestructive_test(
                "Fluorescent penetrant inspection",
                "ASTM E1417, Type 1, Method D, sensitivity level 4",
                "HTW-PS-210 class 1: no indication in the slots",
                2261,
                {"preEtchRemovalInch": 0.0002, "dwellMinutes": 30, "developer": "form d, nonaqueous"},
            ),
            paper_by="marcus",
            standing=("ndt-owen",),
        ),
        Operation(CMM, "CMM-02, Zeiss Contura", "keiko", 22, dependency=GATE, standing=("cmm",)),
        Operation(FINAL, "Shipping", "sam", 10),
    ),
    batches=(Batch(16, 0, "seal/heat-1"), Batch(16, 20, "seal/heat-1"), Batch(16, 42, "seal/heat-2")),
    fates=(
        Fate(4),
        Fate(7, jumps={EDM: DEBURR}),
        Fate(
            1,
            jumps={EDM: DEBURR, DEBURR: CMM},
            meanwhile=(
                Override(
                    FPI,
                    at=DEBURR,
                    reason="Spin rig ring for Halden, marked NOT FOR FLIGHT, instruction EI-3306",
                    asked_by="rosa",
                ),
            ),
        ),
        Fate(
            1,
            "Finish turn",
            Scrap("out_of_tolerance", "Groove 0.1288 in wide, maximum 0.1280 in; insert chipped. NCR-1204"),
        ),
        Fate(
            1,
            RECAST,
            Scrap("process_defect", "Recast layer 0.0009 in, maximum 0.0004 in; flushing lost. NCR-1211"),
            meanwhile=(
                Remark(
                    RECAST,
                    "Sectioned at slot 7: 0.0009 in all along the wall. The lower flushing nozzle of EDM 1 was half "
                    "clogged and is clean again. Please section the next ring as well, whatever the plan says.",
                ),
            ),
        ),
        Fate(1, EDM, Scrap("operator_error", "Program of rev C loaded, slots 2.5 degrees off. NCR-1209")),
        Fate(1, DEBURR, Scrap("damaged", "Nicked by the brush arbor, 0.012 in deep in the sealing lip. NCR-1213")),
        # What is still open
        Fate(2, FINAL, jumps={EDM: DEBURR, DEBURR: CMM}, meanwhile=(DoneLater(FPI, at=FINAL),)),
        Fate(3, CMM, jumps={EDM: DEBURR, DEBURR: CMM}),
        Fate(3, FPI, jumps={EDM: DEBURR}),
        Fate(
            1,
            DEBURR,
            jumps={EDM: DEBURR},
            meanwhile=(
                Question(
                    "override",
                    at=DEBURR,
                    step=FPI,
                    reason="Second spin rig ring for Halden, marked NOT FOR FLIGHT, instruction EI-3306",
                    by="rosa",
                ),
            ),
        ),
        Fate(3, DEBURR, jumps={EDM: DEBURR}),
        Fate(4, RECAST),
        Fate(10, EDM),
        Fate(6, "Finish turn"),
    ),
    first_day=8.2,
    last_day=29.97,
)

JOB = JobPlan(
    ticket="DEMO-104",
    name="Turbine seal ring TS-3306, Inconel 718",
    customer="Halden Turbine Works",
    purchase_order="HTW-20718",
    part_number="TS-3306-4",
    revision="D",
    summary="45 seal rings for Halden Turbine Works, PO HTW-20718, fixed process: no change without approval",
    priority="High",
    labels=("demo", "turbine", "nickel"),
    tags=("turbine", "nickel", "fixed process"),
    goal=45,
    due_in_days=9,
    opened=6.4,
    routes=(ROUTE,),
    materials={
        "seal/heat-1": (
            7.6,
            mill_test_report(RING, "M718-4402", "OD 9.60 x ID 8.10 x 1.10 in", "PO-20395", days_old=66),
        ),
        "seal/heat-2": (11.2, mill_test_report(RING, "M718-4468", "OD 9.60 x ID 8.10 x 1.10 in", "PO-20411")),
    },
    product=SEAL_RING,
)
