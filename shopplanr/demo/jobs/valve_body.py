"""The late job: valve bodies that queue up at the grinder, with everything that happens to a job in trouble."""

from shopplanr.demo.certificates import Stock, finishing, heat_treatment, mill_test_report, nondestructive_test
from shopplanr.demo.plan import (
    GATE,
    MATERIAL_BLOCKS,
    PAST_THE_END,
    PER_STEP,
    PHYSICAL,
    PROCESS_ADVISED,
    PROCESS_OR_OVERRIDE,
    Batch,
    DoneLater,
    Fate,
    Force,
    JobChange,
    JobPlan,
    Operation,
    Override,
    Question,
    Remark,
    Reversal,
    Route,
    Scrap,
    Waiver,
)
from shopplanr.demo.products import VALVE_BODY

BAR = Stock(
    alloy="17-4PH",
    specification="AMS 5643W",
    form="bar, hot finished, ground",
    supplier="Kestrel Specialty Metals",
    melted_by="Allegany Electric Steel",
    melt="electric furnace, AOD",
    country="US",
    condition="A, solution treated",
    chemistry_percent={
        "C": (0.025, 0.05, 3),
        "Mn": (0.45, 0.8, 2),
        "Si": (0.3, 0.6, 2),
        "P": (0.015, 0.026, 3),
        "S": (0.001, 0.009, 3),
        "Cr": (15.1, 15.9, 2),
        "Ni": (4.2, 4.8, 2),
        "Cu": (3.1, 3.5, 2),
        "Nb+Ta": (0.24, 0.34, 2),
        "Mo": (0.08, 0.3, 2),
    },
    balance="Fe",
    mechanical={
        "tensileStrengthKsi": (196, 205, 1),
        "yieldStrengthKsi": (178, 188, 1),
        "elongationPercent": (12, 15, 1),
        "reductionOfAreaPercent": (45, 54, 0),
        "hardnessHrc": (42, 44, 1),
    },
    also={"testedInCondition": "H900", "macrostructure": "ASTM A604, A", "deltaFerritePercent": 1},
)

AGE = "Age harden H900"
GRIND = "Finish grind seat"
MPI = "Magnetic particle inspection"
PASSIVATE = "Passivate"
PROOF = "Hydrostatic proof test"
FINAL = "Final inspection"

ROUTE = Route(
    key="valve",
    name="Turn, mill, H900, grind",
    goal=64,
    mode=PER_STEP,
    operations=(
        Operation("Saw", "Saw, Amada HA-250", "andre", 6, dependency=PHYSICAL, asks=(MATERIAL_BLOCKS,)),
        Operation("Turn OP10", "Lathe 2, QTN-250", "tomasz", 33, dependency=PHYSICAL),
        Operation("Mill OP20, ports and cross holes", "Mill 4, VF-4", "dale", 36, dependency=PHYSICAL),
        Operation("Deburr", "Bench 2", "rosa", 21),
        Operation(
            AGE,
            "Air furnace AF-1",
            "andre",
            300,
            dependency=PHYSICAL,
            lot=14,
            asks=(PROCESS_ADVISED,),
            asks_later=(27.8, (PROCESS_OR_OVERRIDE,)),
            paper=heat_treatment(
                "Age hardening, condition H900",
                "AMS 2759/3K",
                {"temperatureF": 900, "toleranceF": 10, "soakMinutes": 60, "cooling": "air"},
                "AF-1",
                8120,
                {"hardnessHrc": (41.2, 44.6, 1), "growthInchPerInch": (0.0004, 0.0006, 4)},
                {"hardnessRequirementHrc": "40 to 47", "piecesTested": 3},
            ),
            without_paper=frozenset({3}),
            remarks={
                3: "The recorder ran out of paper in the last ten minutes of the soak. Hannah is after the file of the "
                "furnace's logger; do not ship these before the chart is here."
            },
            standing=("hardness",),
        ),
        Operation(GRIND, "Grinder 1, Studer S33", "walt", 52, handed_over=(15.0, "jamal")),
        Operation(
            MPI,
            "MT bench",
            "owen",
            150,
            dependency=GATE,
            lot=10,
            paper=nondestructive_test(
                "Magnetic particle inspection",
                "ASTM E1444, wet fluorescent, continuous",
                "no indication on the seat; elsewhere up to 0.060 in, nonlinear",
                5518,
                {"circularAmpere": 900, "longitudinalAmpereTurns": 4200, "residualFieldGauss": 1},
            ),
            paper_by="marcus",
            standing=("ndt-owen",),
        ),
        Operation(
            PASSIVATE,
            "Passivation line",
            "rosa",
            140,
            lot=10,
            paper=finishing(
                "Passivation",
                "AMS 2700F, Method 1, Type 2, Class 3",
                "in house, line 1",
                3360,
                {
                    "bath": "20 to 25 % nitric acid with dichromate",
                    "immersionMinutes": 30,
                    "test": "24 h high humidity",
                },
                {"bathTemperatureF": (121, 128, 0)},
            ),
        ),
        Operation(PROOF, "Test cell", "sam", 16, dependency=GATE, standing=("pressure",)),
        Operation(FINAL, "CMM-02, Zeiss Contura", "keiko", 15, dependency=GATE, standing=("cmm",)),
        Operation("Preserve and pack", "Shipping", "sam", 6, optional=True),
    ),
    batches=(Batch(28, 0, "valve/heat-1"), Batch(24, 26, "valve/heat-1"), Batch(20, 60, "valve/heat-2")),
    fates=(
        Fate(20),
        Fate(5, jumps={FINAL: PAST_THE_END}),
        Fate(3, jumps={GRIND: PASSIVATE}, meanwhile=(DoneLater(MPI, at=FINAL),)),
        Fate(
            2,
            jumps={MPI: PROOF},
            meanwhile=(
                Waiver(
                    PASSIVATE,
                    at=FINAL,
                    reason="Brackwell nickel-plates these two themselves and asked for bare metal, deviation DEV-0231",
                    asked_by="keiko",
                ),
            ),
        ),
        Fate(
            2,
            jumps={AGE: MPI},
            meanwhile=(
                Override(
                    GRIND,
                    at=AGE,
                    reason="Seat lapped in OP20 instead, allowed by drawing 8814 rev D note 7 for the -2 seat",
                    asked_by="dale",
                ),
            ),
        ),
        Fate(
            1,
            PROOF,
            Force(
                "Burst test article for Brackwell, test plan QP-14; consumed by the test, no further operations",
                asked_by="sam",
            ),
        ),
        Fate(
            1,
            FINAL,
            Force(
                "Handed over unpassivated under concession C-2291, signed by Brackwell's source inspector",
                asked_by="hannah",
            ),
            jumps={MPI: PROOF},
        ),
        Fate(
            2,
            GRIND,
            Scrap(
                "out_of_tolerance", "Seat diameter 0.8742 in, minimum 0.8745 in, after the second dressing. NCR-1194"
            ),
        ),
        Fate(1, AGE, Scrap("process_defect", "Furnace overshot to 968 F, 38.5 HRC against 40 minimum. NCR-1198")),
        Fate(1, "Turn OP10", Scrap("operator_error", "Offset of the roughing tool called, undercut 0.060 in deep")),
        Fate(
            1,
            "Deburr",
            Scrap("damaged", "Fell from the cart, dent in the sealing face. NCR-1185"),
            meanwhile=(
                Remark(
                    "Deburr",
                    "A wheel of the cart caught at the hall door and this one rolled off. The dent is some 0.03 in "
                    "deep, right across the sealing face.",
                    photo="dent",
                ),
            ),
        ),
        Fate(
            1,
            MPI,
            Scrap("other", "Sectioned for the laboratory: grain flow at the cross hole, request LR-0447"),
        ),
        # What is still open
        Fate(
            1,
            FINAL,
            jumps={GRIND: PASSIVATE},
            meanwhile=(
                Question(
                    "waiver",
                    at=FINAL,
                    step=MPI,
                    reason="Brackwell's truck is here at two, and the MT bench is taken until next week",
                    by="sam",
                    declined_by="marcus",
                    because="Not on a pressure part. It waits for the bench, and Brackwell knows",
                ),
            ),
        ),
        Fate(1, FINAL, jumps={GRIND: PASSIVATE}),
        Fate(
            1,
            PROOF,
            jumps={GRIND: PASSIVATE},
            meanwhile=(
                Question(
                    "force_complete",
                    at=PROOF,
                    reason="Second burst test article for Brackwell, test plan QP-14: it is gone after the test",
                    by="sam",
                ),
            ),
        ),
        Fate(1, PROOF, jumps={GRIND: PASSIVATE}),
        Fate(
            1,
            PASSIVATE,
            meanwhile=(
                Question(
                    "override",
                    at=PASSIVATE,
                    step=PASSIVATE,
                    reason="Line 1 is down, the pump of the rinse leaks",
                    by="rosa",
                    withdrawn=True,
                ),
            ),
        ),
        Fate(2, PASSIVATE),
        Fate(3, MPI),
        Fate(
            2,
            GRIND,
            meanwhile=(
                Override(
                    MPI,
                    at=GRIND,
                    reason="To ship Friday's partial lot; the MT bench is taken until next week",
                    asked_by="sam",
                ),
                Reversal(MPI, at=GRIND, reason="Marcus Bell: not on a pressure part. They wait for the bench"),
            ),
        ),
        Fate(
            2,
            GRIND,
            meanwhile=(
                Override(
                    PASSIVATE, at=GRIND, reason="Brackwell plates these two themselves, DEV-0231", asked_by="vikram"
                ),
            ),
        ),
        Fate(10, GRIND),
        Fate(5, AGE),
        Fate(3, "Mill OP20, ports and cross holes"),
    ),
    first_day=3.1,
    last_day=29.9,
)

JOB = JobPlan(
    ticket="DEMO-103",
    name="Valve body VB-8814, 17-4PH H900",
    customer="Brackwell Flow Controls",
    purchase_order="90-44172",
    part_number="VB-8814-2",
    revision="D",
    summary="64 valve bodies for Brackwell Flow Controls, PO 90-44172; line-down at the customer, partial shipments",
    priority="Highest",
    labels=("demo", "hydraulics", "stainless"),
    tags=("hydraulics", "stainless", "line-down"),
    goal=64,
    due_in_days=-13,
    opened=2.1,
    routes=(ROUTE,),
    materials={
        "valve/heat-1": (2.7, mill_test_report(BAR, "K4471-2", "dia 3.250 x 144 in", "PO-20380")),
        "valve/heat-2": (8.3, mill_test_report(BAR, "K4519-1", "dia 3.250 x 144 in", "PO-20402", days_old=21)),
    },
    changes=(JobChange(19.4, due_in_days=-6),),
    product=VALVE_BODY,
)
