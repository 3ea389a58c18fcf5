"""A job that has just got going: surgical plates; the last batch waits for its material certificate."""

from shopplanr.demo.certificates import Stock, finishing, mill_test_report
from shopplanr.demo.plan import (
    FLEXIBLE,
    GATE,
    MATERIAL_ADVISED,
    PHYSICAL,
    PROCESS_OR_OVERRIDE,
    Batch,
    DoneLater,
    Fate,
    JobPlan,
    LetPass,
    Operation,
    Question,
    Remark,
    Route,
    Scrap,
)
from shopplanr.demo.products import BONE_PLATE

SHEET = Stock(
    alloy="316LVM",
    specification="ASTM F138, ISO 5832-1 composition D",
    form="strip, cold rolled",
    supplier="Hartmann Medical Alloys",
    melted_by="Steiermark Edelstahl",
    melt="EAF + VAR",
    country="AT",
    condition="cold worked",
    chemistry_percent={
        "C": (0.012, 0.024, 3),
        "Mn": (1.65, 1.88, 2),
        "Si": (0.28, 0.6, 2),
        "P": (0.011, 0.019, 3),
        "S": (0.0005, 0.002, 4),
        "Cr": (17.3, 17.8, 2),
        "Ni": (13.9, 14.6, 2),
        "Mo": (2.72, 2.88, 2),
        "N": (0.05, 0.09, 3),
        "Cu": (0.03, 0.12, 2),
    },
    balance="Fe",
    mechanical={
        "tensileStrengthMpa": (920, 990, 0),
        "yieldStrengthMpa": (740, 830, 0),
        "elongationPercent": (14, 19, 0),
        "hardnessHv10": (290, 318, 0),
    },
    also={
        "pittingIndexCrPlus3p3Mo": 26.6,
        "grainSizeAstm": 7,
        "deltaFerrite": "none",
        "inclusions": "ASTM E45 A: thin 1",
    },
)

FORM = "Form radius"
TUMBLE = "Tumble polish"
MARK = "UDI laser mark"
POLISH = "Electropolish"
PASSIVATE = "Passivate"
CLEAN = "Ultrasonic clean"
FINAL = "Final inspection"

ROUTE = Route(
    key="plate",
    name="Mill, form, electropolish",
    goal=120,
    mode=FLEXIBLE,
    operations=(
        Operation("Waterjet blank", "Waterjet, Omax 60120", "andre", 5, dependency=PHYSICAL, asks=(MATERIAL_ADVISED,)),
        Operation("Mill profile and slots", "Mill 3, UMC-750", "dale", 31, dependency=PHYSICAL),
        Operation(FORM, "Press brake, form die 12", "rosa", 9, dependency=PHYSICAL),
        Operation(TUMBLE, "Finishing, tumbler 2", "rosa", 14, optional=True),
        Operation(MARK, "Laser, TruMark 5020", "sam", 4, dependency=GATE),
        Operation(
            POLISH,
            "Electropolish line",
            "rosa",
            80,
            lot=8,
            paper=finishing(
                "Electropolish",
                "ASTM B912",
                "in house, line 2",
                6105,
                {"electrolyte": "phosphoric and sulphuric acid", "currentDensityAPerDm2": 25},
                {"removalPerSideMicrometre": (8, 13, 1), "roughnessRaMicrometre": (0.06, 0.12, 2)},
            ),
        ),
        Operation(
            PASSIVATE,
            "Passivation line",
            "rosa",
            90,
            lot=8,
            asks=(PROCESS_OR_OVERRIDE,),
            paper=finishing(
                "Passivation",
                "ASTM A967 Nitric 2, ASTM F86",
                "in house, line 2",
                3412,
                {
                    "bath": "20 to 45 % nitric acid",
                    "immersionMinutes": 30,
                    "test": "Practice D, copper sulphate, no copper",
                },
                {"bathTemperatureC": (24, 31, 0)},
            ),
            remarks={0: "Bath topped up with 6 l of nitric acid in front of this lot; it titrates at 38 % now."},
        ),
        Operation(CLEAN, "Clean line, ISO 7 room", "sam", 35, dependency=GATE, lot=8),
        Operation(FINAL, "CMM-02, Zeiss Contura", "keiko", 10, dependency=GATE, standing=("cmm",)),
        Operation("Double pouch and label", "ISO 7 room", "sam", 5),
    ),
    batches=(Batch(22, 0, "plate/heat-1"), Batch(22, 9, "plate/heat-1"), Batch(18, 16.5, None)),
    fates=(
        Fate(5),
        Fate(3, jumps={TUMBLE: POLISH}, meanwhile=(DoneLater(MARK, at=FINAL),)),
        Fate(
            1,
            FORM,
            Scrap("damaged", "Cracked at slot 3 in the form die, die had a burr. NCR-1219"),
            meanwhile=(
                Remark(
                    FORM,
                    "Die 12 has a burr where slot 3 lies. Stoned it; look at slot 3 of the next five with a loupe.",
                ),
            ),
        ),
        Fate(1, POLISH, Scrap("other", "Used up as the setup piece for the new electropolish rack, not for sale")),
        # What is still open
        Fate(3, CLEAN, jumps={FORM: MARK}),
        Fate(
            1,
            PASSIVATE,
            jumps={TUMBLE: POLISH},
            meanwhile=(
                LetPass(PASSIVATE, "Display piece for the customer's training room, marked NOT FOR USE.", "rosa"),
            ),
        ),
        Fate(
            1,
            PASSIVATE,
            jumps={TUMBLE: POLISH},
            meanwhile=(
                Question(
                    "requirement_override",
                    at=PASSIVATE,
                    step=PASSIVATE,
                    reason="Second display piece, for Medisar's stand at the fair, marked NOT FOR USE",
                    by="rosa",
                ),
            ),
        ),
        Fate(1, PASSIVATE, jumps={TUMBLE: POLISH}),
        Fate(5, POLISH, jumps={TUMBLE: POLISH}),
        Fate(4, MARK, jumps={FORM: MARK}),
        Fate(5, FORM),
        Fate(14, "Mill profile and slots"),
        Fate(18, "Waterjet blank"),
    ),
    first_day=16.3,
    last_day=29.8,
)

JOB = JobPlan(
    ticket="DEMO-105",
    name="Distal tibia plate BP-7716-L, 316LVM",
    customer="Medisar Surgical",
    purchase_order="6620-3",
    part_number="BP-7716-L",
    revision="B",
    summary="120 left plates for Medisar Surgical, PO 6620-3; device history record with every lot",
    priority="Medium",
    labels=("demo", "medical", "stainless"),
    tags=("medical", "stainless"),
    goal=120,
    due_in_days=80,
    opened=14.2,
    routes=(ROUTE,),
    materials={"plate/heat-1": (16.1, mill_test_report(SHEET, "E29-7716", "4.0 x 60 x 1500 mm", "PO-20428"))},
    product=BONE_PLATE,
)
