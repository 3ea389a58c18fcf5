"""How times are written, by language; the setting FORMAT_MODULE_PATH leads here."""
