"""Tables made from records; a table's function is named module:function in the config."""
