"""The shapes of inventory, facts, evidence, verdicts and run: frozen, typed, without behaviour to speak of."""
