"""Tables that render as text, HTML, LaTeX, Markdown, CSV and Excel, and files written whole."""
