"""What may stand in a path of the API beside ids."""

from django.urls import register_converter
from django.urls.converters import StringConverter


class NameConverter(StringConverter):
    """A name that people gave to something: any characters, slashes and line breaks included."""

    regex = r"[\s\S]+"


register_converter(NameConverter, "name")
