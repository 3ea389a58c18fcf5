"""The desk in pages of the admin."""

from django import template
from django.template.context import RequestContext

from shopplanr.accounts.actors import actor_for
from shopplanr.desk import cards

register = template.Library()


@register.simple_tag(takes_context=True)
def desk_cards(context: RequestContext) -> list[cards.Card]:
    """Return what needs whoever looks at the page."""
    request = context["request"]
    return cards.of(request.user.has_perm, actor_for(request, None))
