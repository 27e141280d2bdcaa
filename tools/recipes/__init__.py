"""How each embedded file was made from the source figures."""
