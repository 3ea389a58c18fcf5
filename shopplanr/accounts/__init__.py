"""People and programs: who may call, how they prove who they are, and what each role may do."""
