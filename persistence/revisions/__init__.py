"""Rows of older versions, brought to the rules of this one."""
