"""Figures; a figure's function is named module:function in the config."""
