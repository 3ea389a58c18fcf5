"""The finished job: titanium brackets, every step in order, delivered before the due date."""

from shopplanr.demo.certificates import Stock, finishing, heat_treatment, mill_test_report, nondestructive_test
from shopplanr.demo.plan import (
    GATE,
    MATERIAL_BLOCKS,
    PHYSICAL,
    PROCESS_OR_OVERRIDE,
    STRICT,
    Batch,
    Fate,
    JobPlan,
    Operation,
    Remark,
    Route,
    Scrap,
)

PLATE = Stock(
    alloy="Ti-6Al-4V (Grade 5)",
    specification="AMS 4911R",
    form="plate",
    supplier="Harbor Titanium and Alloys",
    melted_by="Cascade Sponge and Melt",
    melt="VAR, triple melted",
    country="US",
    condition="annealed",
    chemistry_percent={
        "Al": (5.9, 6.5, 2),
        "V": (3.85, 4.3, 2),
        "Fe": (0.12, 0.22, 2),
        "O": (0.14, 0.19, 3),
        "C": (0.008, 0.03, 3),
        "N": (0.004, 0.015, 3),
        "H": (0.002, 0.006, 4),
        "Y": (0.001, 0.003, 3),
    },
    balance="Ti",
    mechanical={
        "tensileStrengthKsi": (138, 147, 1),
        "yieldStrengthKsi": (126, 136, 1),
        "elongationPercent": (12, 16, 0),
    },
    also={"ultrasonicInspection": "AMS 2631 class A", "alphaCase": "none"},
)

ROUTE = Route(
    key="bracket",
    name="Machine, FPI, CMM",
    goal=24,
    mode=STRICT,
    operations=(
        Operation("Saw blank", "Saw, Amada HA-250", "andre", 9, dependency=PHYSICAL, asks=(MATERIAL_BLOCKS,)),
        Operation("Mill OP10, datum side", "5-axis 1, DMU 65", "maria", 42, dependency=PHYSICAL),
        Operation(
            "Stress relieve",
            "Vacuum furnace VF-2",
            "andre",
            420,
            dependency=PHYSICAL,
            lot=7,
            asks=(PROCESS_OR_OVERRIDE,),
            paper=heat_treatment(
                "Vacuum stress relief",
                "AMS 2801B",
                {"temperatureF": 1100, "toleranceF": 25, "soakMinutes": 120, "cooling": "argon backfill below 500 F"},
                "VF-2",
                4410,
                {"vacuumMicronHg": (0.04, 0.09, 3), "partTemperatureF": (1093, 1109, 0)},
            ),
        ),
        Operation("Mill OP20, pockets and bores", "5-axis 1, DMU 65", "maria", 47, dependency=PHYSICAL),
        Operation("Deburr and edge break", "Bench 2", "rosa", 18),
        Operation(
            "Etch and penetrant inspection",
            "FPI line",
            "owen",
            190,
            dependency=GATE,
            lot=7,
            paper=nondestructive_test(
                "Fluorescent penetrant inspection",
                "ASTM E1417, Type 1, Method D, sensitivity level 3",
                "AMS 2647 class AA: no linear indication; rounded up to 0.015 in",
                2207,
                {"preEtchRemovalInch": 0.0004, "dwellMinutes": 20, "developer": "form a, dry powder"},
            ),
            paper_by="marcus",
            standing=("ndt-owen",),
        ),
        Operation("CMM inspection", "CMM-02, Zeiss Contura", "keiko", 14, dependency=GATE, standing=("cmm",)),
        Operation(
            "Mark and pack",
            "Shipping",
            "sam",
            5,
            lot=12,
            paper=finishing(
                "Part marking",
                "AS478 method 15A, dot peen",
                "in house",
                9031,
                {"content": "part number, revision, serial number, CAGE code", "depthInch": 0.002},
            ),
        ),
    ),
    batches=(Batch(14, 0, "bracket/heat-1"), Batch(12, 12, "bracket/heat-2")),
    fates=(
        Fate(24),
        Fate(
            1,
            "CMM inspection",
            Scrap("out_of_tolerance", "Bore B 0.7514 in against 0.7500 +0.0005/-0.0000, finish reamer worn. NCR-1183"),
            meanwhile=(
                Remark(
                    "CMM inspection",
                    "Bore B measured three times at 68 F: 0.7514, 0.7513, 0.7514 in. Reamer 14 is out of the crib and "
                    "tagged; the parts behind this one are within tolerance.",
                ),
            ),
        ),
        Fate(
            1,
            "Etch and penetrant inspection",
            Scrap("process_defect", "Linear indication 0.11 in at the lug fillet, still there after blend. NCR-1190"),
            meanwhile=(
                Remark(
                    "Etch and penetrant inspection",
                    "Linear indication at the lug fillet, 0.11 in. Blended 0.004 in deep, etched and run again: it is "
                    "still there. Photo is from the second run.",
                    photo="indication",
                ),
            ),
        ),
    ),
    first_day=0.9,
    last_day=21.6,
)

JOB = JobPlan(
    ticket="DEMO-101",
    name="Landing gear bracket LG-40217-3, Ti-6Al-4V",
    customer="Aldine Aerostructures",
    purchase_order="4500118273",
    part_number="LG-40217-3",
    revision="F",
    summary="24 brackets for Aldine Aerostructures, PO 4500118273, source inspection waived",
    priority="Medium",
    labels=("demo", "aerospace", "titanium"),
    tags=("aerospace", "titanium"),
    goal=24,
    due_in_days=-4,
    opened=0.3,
    routes=(ROUTE,),
    materials={
        "bracket/heat-1": (0.6, mill_test_report(PLATE, "T81442", "1.750 x 48 x 96 in", "PO-20361")),
        "bracket/heat-2": (1.1, mill_test_report(PLATE, "T81597", "1.750 x 48 x 96 in", "PO-20361", days_old=28)),
    },
)
