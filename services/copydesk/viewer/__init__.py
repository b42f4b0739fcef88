"""The live page; its issue builds it here."""
