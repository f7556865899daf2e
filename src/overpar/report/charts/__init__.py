"""Curves to be explored on the page: Vega-Lite charts whose inputs choose what is drawn."""
