"""The newest job: gear shafts, most of them still waiting in front of the first operation."""

from shopplanr.demo.certificates import Stock, heat_treatment, mill_test_report, nondestructive_test
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

BAR = Stock(
    alloy="9310 (UNS G93106)",
    specification="AMS 6265R",
    form="bar, hot rolled, turned",
    supplier="Kestrel Specialty Metals",
    melted_by="Allegany Electric Steel",
    melt="consumable electrode VAR",
    country="US",
    condition="normalized and tempered",
    chemistry_percent={
        "C": (0.09, 0.12, 2),
        "Mn": (0.52, 0.64, 2),
        "Si": (0.22, 0.31, 2),
        "P": (0.004, 0.009, 3),
        "S": (0.001, 0.004, 3),
        "Ni": (3.12, 3.38, 2),
        "Cr": (1.15, 1.31, 2),
        "Mo": (0.1, 0.14, 2),
        "Cu": (0.06, 0.16, 2),
    },
    balance="Fe",
    mechanical={"hardnessHb": (229, 248, 0), "jominyJ4Hrc": (38, 41, 1), "jominyJ8Hrc": (35, 38, 1)},
    also={"cleanliness": "AMS 2300", "grainSizeAstm": "6 or finer", "decarburizationInch": 0.004},
)

ROUTE = Route(
    key="gear",
    name="Turn, hob, carburize, grind",
    goal=80,
    mode=STRICT,
    operations=(
        Operation("Saw", "Saw, Amada HA-250", "andre", 7, dependency=PHYSICAL, asks=(MATERIAL_BLOCKS,)),
        Operation("Turn blank", "Lathe 2, QTN-250", "tomasz", 38, dependency=PHYSICAL),
        Operation("Hob teeth", "Hobber, Gleason P60", "linh", 45, dependency=PHYSICAL),
        Operation("Deburr teeth", "Bench 3", "rosa", 12),
        Operation(
            "Carburize, harden, temper",
            "Outside: Northgate Thermal",
            "sam",
            1600,
            dependency=PHYSICAL,
            lot=20,
            asks=(PROCESS_OR_OVERRIDE,),
            paper=heat_treatment(
                "Carburize, quench, subzero, temper",
                "AMS 2759/7",
                {"carburizeF": 1700, "hardenF": 1500, "quench": "oil", "subzeroF": -120, "temperF": 300},
                "Northgate Thermal C-2",
                30544,
                {"caseDepthInch": (0.032, 0.038, 3), "caseHrc": (60.2, 62.4, 1), "coreHrc": (35, 39, 1)},
            ),
        ),
        Operation("Grind journals", "Grinder 1, Studer S33", "jamal", 40, dependency=PHYSICAL),
        Operation("Grind teeth", "Gear grinder, Reishauer RZ160", "jamal", 36, dependency=PHYSICAL),
        Operation("Nital etch inspection", "Etch line", "owen", 60, dependency=GATE, lot=10),
        Operation(
            "Magnetic particle inspection",
            "MT bench",
            "owen",
            150,
            dependency=GATE,
            lot=10,
            paper=nondestructive_test(
                "Magnetic particle inspection",
                "ASTM E1444, wet fluorescent, continuous",
                "no indication on teeth and roots",
                5560,
                {"circularAmpere": 1100, "longitudinalAmpereTurns": 5100},
            ),
            paper_by="marcus",
            standing=("ndt-owen",),
        ),
        Operation("Gear and CMM inspection", "CMM-02, Zeiss Contura", "keiko", 20, dependency=GATE, standing=("cmm",)),
        Operation("Preserve and pack", "Shipping", "sam", 6, optional=True),
    ),
    batches=(Batch(47, 0, "gear/heat-1"),),
    fates=(
        Fate(
            1,
            "Turn blank",
            Scrap("operator_error", "Setup piece: stop set 0.2 in short, shoulder undersize"),
            meanwhile=(
                Remark(
                    "Turn blank",
                    "The stop was still where the last job had it. Setup sheet at the lathe is the one for rev A now, "
                    "with the stop at 7.25 in.",
                ),
            ),
        ),
        # What is still open
        Fate(3, "Hob teeth"),
        Fate(9, "Turn blank"),
        Fate(34, "Saw"),
    ),
    first_day=28.2,
    last_day=29.95,
)

JOB = JobPlan(
    ticket="DEMO-106",
    name="Gear shaft GS-512, AISI 9310",
    customer="Osprey Rotor Systems",
    purchase_order="ORS-5120",
    part_number="GS-512-1",
    revision="A",
    summary="80 gear shafts for Osprey Rotor Systems, PO ORS-5120, flight safety part",
    priority="High",
    labels=("demo", "rotorcraft", "gears"),
    tags=("rotorcraft", "gears", "flight safety"),
    goal=80,
    due_in_days=60,
    opened=26.7,
    routes=(ROUTE,),
    materials={
        "gear/heat-1": (27.9, mill_test_report(BAR, "A93-10556", "dia 2.500 x 144 in", "PO-20447")),
        "gear/heat-2": (29.6, mill_test_report(BAR, "A93-10571", "dia 2.500 x 144 in", "PO-20447", days_old=17)),
    },
)
