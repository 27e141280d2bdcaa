"""Sphinx settings: pages in Markdown, pages of names from the one list; nothing from a network."""

import sys
from pathlib import Path

import quesnay

sys.path.append(str(Path(__file__).parent / "extensions"))

from subjects import SUBJECTS

project = "quesnay"
author = "the quesnay founders"
version = release = quesnay.__version__
language = "en"

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "numpydoc",
    "offline_math",
    "pictures",
]
exclude_patterns = ["_build", "_pictures", "extensions"]
templates_path = ["templates"]

autosummary_generate = True
autosummary_context = {"subjects": SUBJECTS}
autodoc_typehints = "none"
autodoc_member_order = "bysource"
numpydoc_show_class_members = False
myst_enable_extensions = ["dollarmath", "deflist"]
myst_heading_anchors = 3

html_math_renderer = "mathml"
html_theme = "pydata_sphinx_theme"
html_title = "quesnay"
html_static_path = ["static"]
html_css_files = ["quesnay.css"]
html_copy_source = html_show_sourcelink = html_show_sphinx = False
html_sidebars = {page: [] for page in ("index", "install", "tutorial", "gallery", "search")}
html_context = {"default_mode": "auto"}  # else the theme complains on the console
html_theme_options = {
    "use_edit_page_button": False,
    "navbar_align": "left",
    "navbar_end": ["theme-switcher"],
    "header_links_before_dropdown": 7,
    "show_prev_next": False,
    "show_toc_level": 2,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}
copyright = "the quesnay founders, BSD-3-Clause"  # noqa: A001
