"""The campaign: crowds buy while servers are killed, frozen, cut off and slow."""
