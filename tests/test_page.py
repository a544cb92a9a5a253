"""view.js in a plain page: what it asks for and when, what it makes of what it is told, and what it says when nothing comes."""

import json
import zlib
from dataclasses import replace

import numpy as np
import pytest
from plain_page import Shown, plain_page

from gdlab.maths.words import number
from gdlab import Choice, Contours, GradientDescent, LogSlider, LossCurve, Point, Slice, Slider, Steps, bowl, descend, live


def walk_picture():
    terrain, curve = Contours(bowl), LossCurve()

    @live(terrain, curve, lr=LogSlider(0.1, 0.01, 1.5), steps=Steps(30), start=Point(-4, 3))
    def walk(lr, steps, start):
        path = descend(bowl, start, GradientDescent(lr), steps)
        terrain.show(path)
        curve.show(path)
        return path.summary()

    return walk


@pytest.fixture(scope="module")
def page(chromium):
    with plain_page(chromium) as page:
        yield page


@pytest.fixture
def shown(page):
    shown = Shown(page, walk_picture())
    shown.wait()
    yield shown
    shown.close()


def move(shown, control, value):
    """Move a slider in the page to one of its positions, by its number."""
    shown.root.locator(f"input[data-control={control}]").evaluate(
        "(input, value) => { input.value = value; input.dispatchEvent(new Event('input')); }", value
    )


def readout(shown):
    return shown.root.locator(".gdlab-readout").inner_text()


def test_a_picture_in_view_asks_for_the_positions_along_each_control_nearest_first(shown):
    shown.canvas.scroll_into_view_if_needed()
    shown.page.wait_for_timeout(200)
    (ahead,) = shown.sent()
    lr = shown.live._controls["lr"].positions
    along = [[values[k] for values in ahead["wanted"] if values[:k] + values[k + 1 :] == begin] for k, begin in
             enumerate(([30, [-4, 3]], [0.1, [-4, 3]], [0.1, 30]))]  # fmt: skip
    at = lr.index(0.1)
    assert sorted(along[0]) == sorted(set(lr) - {0.1}) and {*along[0][:2]} == {lr[at - 1], lr[at + 1]}
    assert along[1] == list(range(29, -1, -1)) and len(along[2]) == 48
    assert ahead["wanted"][: len(along[0])] == [[rate, 30, [-4, 3]] for rate in along[0]]
    messages = shown.answer([ahead])
    assert shown.root.get_attribute("data-ahead") == "done" and messages < len(ahead["wanted"]) / 5
    assert {message["kind"] for message in shown.sent()} <= {"got"}
    move(shown, "lr", at + 5)
    assert readout(shown) == shown.live.set(lr=lr[at + 5])  # at once, without a question
    assert not shown.sent("show")


def test_a_picture_out_of_view_asks_for_nothing_and_a_locked_one_only_ahead(shown):
    shown.root.evaluate("root => root.parentNode.style.marginTop = '3000px'")
    shown.page.evaluate("scrollTo(0, 0)")
    shown.page.wait_for_timeout(300)
    shown.sent()
    shown.page.wait_for_timeout(300)
    assert not shown.sent()
    shown.page.evaluate("i => models[i].set({ locked: 'Answer first.' })", shown.index)
    shown.canvas.scroll_into_view_if_needed()
    shown.page.wait_for_timeout(300)
    ahead = shown.sent("ahead")
    assert ahead and shown.answer(ahead)  # so that it answers at once when it opens
    assert readout(shown).endswith("Answer first.") and shown.canvas.get_attribute("data-frame") == ""


def test_while_an_answer_is_on_its_way_only_the_newest_position_waits(shown):
    shown.sent()
    for value in (3, 4, 5):
        move(shown, "lr", value)
    lr = shown.live._controls["lr"].positions
    (first,) = shown.sent("show")
    assert first["values"][0] == lr[3]
    shown.answer([first])
    (second,) = shown.sent("show")
    assert second["values"][0] == lr[5]
    shown.answer([second])
    assert not shown.sent("show") and readout(shown) == shown.live.set(lr=lr[5])
    assert shown.root.get_attribute("aria-busy") == "false"


def test_a_question_without_an_answer_is_asked_again_and_the_page_says_that_it_waits(shown):
    move(shown, "lr", 7)
    shown.root.locator(".gdlab-working", has_text="working").wait_for()
    shown.root.locator(".gdlab-working", has_text="waiting").wait_for(timeout=6000)
    first, *others = shown.sent("show")
    assert not first["again"] and others and all(one["again"] and one["values"] == first["values"] for one in others)
    assert len({one["turn"] for one in (first, *others)}) == 1 + len(others)
    shown.answer([others[0], first])  # the first one stood behind a cell: it is too late now
    assert shown.live.values["lr"] == first["values"][0] and shown.root.locator(".gdlab-working").inner_text() == ""


def test_what_cannot_be_read_is_refused_in_words(page):
    live_picture = walk_picture()
    good = live_picture.view.start
    other = zlib.compress(zlib.decompress(good).replace(b'"version":1', b'"version":2'))
    fewer = zlib.compress(zlib.decompress(good).rsplit(b"\n", 1)[0])
    for wrong in (good[:-20], other, fewer, b"", b"nonsense"):
        shown = Shown(page, live_picture)
        shown.wait()
        shown.tell(wrong)
        assert readout(shown).startswith("This picture cannot be read")
        shown.close()


def test_a_message_for_a_page_that_knows_more_letters_is_left_alone(shown):
    shown.sent()
    move(shown, "lr", 7)
    (question,) = shown.sent("show")
    before = readout(shown)
    shown.answer([{**question, "glyphs": 10_000}])
    assert readout(shown) == before


def test_a_page_whose_kernel_is_gone_shows_what_it_has_seen_and_says_what_to_do(shown):
    shown.sent()
    move(shown, "lr", 7)
    shown.answer(shown.sent("show"))
    shown.page.evaluate("i => { models[i].alive = false; }", shown.index)
    move(shown, "lr", 12)
    assert "Run its cell again" in readout(shown)
    before = shown.canvas.get_attribute("data-frame")
    move(shown, "lr", 7)
    assert shown.canvas.get_attribute("data-frame") == before and "Run its cell again" in readout(shown)


def test_the_canvas_is_as_sharp_as_the_screen_and_asks_nobody_for_it(shown):
    shown.canvas.scroll_into_view_if_needed()
    shown.page.wait_for_timeout(300)
    shown.sent()
    whole = shown.pixels()
    shown.root.evaluate("root => root.parentNode.style.width = '450px'")
    shown.page.wait_for_function("c => c.width < 460", arg=shown.canvas.element_handle())
    half = shown.pixels()
    assert half.shape[1] == shown.canvas.evaluate("c => c.clientWidth") and not shown.sent("show")
    larger = np.repeat(np.repeat(half, 2, 0), 2, 1)[: whole.shape[0], : whole.shape[1]]
    blocks = [image[:384, :880].reshape(48, 8, 110, 8, 3).mean(axis=(1, 3)) for image in (whole, larger)]
    assert np.abs(np.subtract(*blocks)).mean() < 12


def test_the_veil_hides_all_but_the_axes(shown):
    shown.page.evaluate("i => models[i].set({ locked: 'Answer first.' })", shown.index)
    veiled = shown.pixels().astype(int)
    assert (np.ptp(veiled, axis=-1) < 30).all()  # axes are grey; the ground and the walk have colours
    assert (veiled < 128).any() and shown.canvas.get_attribute("data-frame") == ""
    shown.page.evaluate("i => models[i].set({ locked: '' })", shown.index)
    assert (np.ptp(shown.pixels().astype(int), axis=-1) > 100).any() and readout(shown) == shown.live.set()


def test_play_keeps_its_pace_over_hundreds_of_positions(page):
    terrain = Contours(bowl)

    @live(terrain, way=Choice(["there"]), epoch=Steps(600, 0))
    def long(way, epoch):
        terrain.show((epoch / 300 - 1, 0))
        return f"Epoch {epoch}."

    shown = Shown(page, long)
    shown.wait()
    shown.canvas.scroll_into_view_if_needed()
    shown.page.wait_for_timeout(300)
    shown.answer(shown.sent("ahead"))
    took = page.evaluate(
        """async root => {
            const began = performance.now(), input = root.querySelector("input");
            root.querySelector(".gdlab-play").click();
            while (input.value !== input.max) await new Promise(go => setTimeout(go, 10));
            return performance.now() - began;
        }""",
        shown.root.element_handle(),
    )
    assert 4500 < took < 9000  # six seconds, whatever the number of positions
    shown.close()


def test_the_veil_has_the_ticks_of_the_picture():
    far = Contours(replace(bowl, window=((-8, 8), (-8, 8))))
    picture = live(far, Slice(bowl), LossCurve(), x=Slider(0, 0, 1))(lambda x: far.show((x, 0)) or "Here.")
    texts = {}
    for name, still in json.loads(zlib.decompress(picture.view.start).split(b"\n")[1]).items():
        texts[name == "veil"] = [command[1] for command in still["commands"] if command[0] == "t"]
    assert texts[True] and set(texts[True]) <= set(texts[False])


def test_values_are_shown_as_sentences_have_them(page):
    shown = Shown(page, walk_picture())
    written = lambda value: page.evaluate("value => written(value)", value)
    for value in (1413, 999.6, 1000, -1000, 12345.6, 0, 0.1, -2.5, 2 / 3, 1e-7, -3.8e-5, 1e-4, 1.25e6, 1e9, 1e-100):
        assert written(value) == number(value), value
    assert written([-4, 3e-7]) == "(−4, 3 × 10⁻⁷)"
    shown.close()


def test_a_slider_of_large_numbers_tells_each_of_them_to_screen_readers_too(page):
    terrain = Contours(bowl)
    shown = Shown(page, live(terrain, first=Slider(0, 0, 1413, 3))(lambda first: terrain.show((first / 1413, 0)) or "Here."))
    shown.wait()
    move(shown, "first", 471)
    assert shown.root.locator("input").get_attribute("aria-valuetext") == "1413"
    assert shown.root.locator(".gdlab-value").inner_text() == "1413"
    shown.close()


def test_each_play_button_has_a_clock_of_its_own(page):
    terrain = Contours(bowl)

    @live(terrain, long=Steps(40, 0), short=Steps(10, 0))
    def both(long, short):
        terrain.show((long / 10 - 2, short / 10))
        return f"{long} and {short}."

    shown = Shown(page, both)
    shown.wait()
    moved = shown.root.evaluate(
        """async root => {
            const [long, short] = root.querySelectorAll("input"), buttons = [...root.querySelectorAll(".gdlab-play")];
            for (const button of buttons) button.click();
            const model = models.at(-1), labels = () => buttons.map(button => button.ariaLabel).join();
            const seen = [labels()];
            buttons[1].click();
            seen.push(labels());
            buttons[0].click();
            return [...seen, labels()];
        }"""
    )
    assert moved == ["Pause,Pause", "Pause,Play", "Play,Play"]
    shown.close()


def test_a_zoom_that_leaves_the_width_alone_makes_the_canvas_sharper(chromium):
    with plain_page(chromium) as page:
        shown = Shown(page, walk_picture())
        shown.wait()
        before = shown.canvas.evaluate("c => [c.clientWidth, c.width]")
        zoom = {"width": 1201, "height": 1000, "deviceScaleFactor": 2, "mobile": False}
        page.context.new_cdp_session(page).send("Emulation.setDeviceMetricsOverride", zoom)
        page.wait_for_function("([c, width]) => c.width > 1.9 * width", arg=[shown.canvas.element_handle(), before[1]])
        assert shown.canvas.evaluate("c => c.clientWidth") == before[0] and not shown.sent("show")


def test_a_picture_that_was_made_anew_says_so_also_in_a_page_that_is_loaded_later(page):
    old = walk_picture()
    old.view.gone = "This picture has been made anew."
    old.view.start = b""
    shown = Shown(page, old)
    assert readout(shown) == "This picture has been made anew."
    shown.close()
