"""Every page can be read: in light and dark, on a phone, by a screen reader, without JavaScript."""


def test_the_start_page_opens_in_a_browser(registry, visit):
    visitor = visit(registry)
    assert visitor.open("/").status == 200
    assert visitor.page.get_by_role("heading", level=1).is_visible()
