"""A picture that is saved as a film: a frame for each position, whole or not at all, the picture as it was."""

import numpy as np
import pytest
from commands import Wire
from PIL import Image

from gdlab import Contours, GradientDescent, LogSlider, LossCurve, Slider, Steps, bowl, descend, live
from gdlab.pictures.film import pictures

STEPS = 6
LONG = "This sentence goes on for so long that it takes a second line beneath the picture, and more than that."


def walk_picture(wide=True, **controls):
    terrain = Contours(bowl)
    panels = [terrain, LossCurve(STEPS)] if wide else [terrain]

    @live(*panels, **(controls or {"lr": LogSlider(0.1, 0.001, 1.5), "steps": Steps(STEPS, 2)}))
    def walk(lr, steps):
        path = descend(bowl, (-4, 3), GradientDescent(lr), steps)
        for panel in panels:
            panel.show(path)
        return f"Step {steps}. {LONG if steps % 2 else ''}"

    return walk


@pytest.fixture(scope="module")
def walk():
    """One for all tests, which must leave it as it is."""
    walk = walk_picture()
    before = walk.values
    yield walk
    assert walk.values == before


def frames_of(path):
    """The frames of a GIF as arrays, and how many milliseconds each stays."""
    with Image.open(path) as film:
        film.load()
        assert film.format == "GIF"
        frames, stays = [], []
        for k in range(film.n_frames):
            film.seek(k)
            frames.append(np.asarray(film.convert("RGB")).astype(int))
            stays.append(film.info["duration"])
        return frames, stays, film.info.get("loop")


# Which frames


def stills(walk):
    """The picture at each position as it is shown where no kernel runs."""
    return [np.asarray(frame).astype(int) for frame, _sentence in pictures(walk, [{**walk.values, "steps": k} for k in range(STEPS + 1)])]


def test_pictures_are_captioned_with_their_sentences(walk):
    (one, first), (two, second) = pictures(walk, [{"lr": 0.1, "steps": k} for k in (0, 1)])
    assert (first, second) == ("Step 0. ", f"Step 1. {LONG}")
    assert one.width == two.width == 900 and one.height < two.height  # the second sentence takes two lines
    assert walk.values["steps"] == 2


def test_a_frame_holds_nothing_of_the_one_before(walk):
    end, begin = {"lr": 0.1, "steps": STEPS}, {"lr": 0.1, "steps": 0}
    _end, (after, _said) = pictures(walk, [end, begin])
    ((alone, _said),) = pictures(walk, [begin])
    assert np.array_equal(after, alone)


# GIF


@pytest.fixture(scope="module")
def gif(walk, tmp_path_factory):
    path = tmp_path_factory.mktemp("film") / "walk.gif"
    assert walk.save(path) == path
    return path


def test_a_gif_has_a_frame_for_each_position(walk, gif):
    frames, stays, loop = frames_of(gif)
    assert len(frames) == STEPS + 1 and loop == 0  # for ever
    assert {frame.shape for frame in frames} == {frames[1].shape}
    for k, (frame, still) in enumerate(zip(frames, stills(walk), strict=True)):
        assert np.abs(frame[: len(still)] - still).mean() < 2, "another picture than the one that is shown"
        assert (frame[len(still) :] == 255).all() and (frame[0, 0] == 255).all()  # white, like the page
        assert k == 0 or (frame != frames[k - 1]).any()


def test_a_gif_takes_six_seconds_and_one_more_at_its_end(gif):
    _frames, stays, _loop = frames_of(gif)
    assert set(stays[:-1]) == {850, 860} & set(stays[:-1]) and stays[-1] == stays[0] + 1000
    assert sum(stays) == pytest.approx(7000, abs=70)


def test_frames_that_are_alike_stay_for_as_long_together(tmp_path):
    still = live(Contours(bowl), steps=Steps(4))(lambda steps: "Early." if steps < 3 else "Late.")
    frames, stays, _loop = frames_of(still.save(str(tmp_path / "Still.GIF")))
    assert len(frames) == 2 and stays == [3600, 3400]


def test_an_only_frame_is_a_film_too(tmp_path):
    still = live(Contours(bowl), steps=Steps(4))(lambda steps: "Always the same.")
    assert len(frames_of(still.save(tmp_path / "still.gif"))[0]) == 1


def test_still_colours_do_not_flicker(gif):
    frames, _stays, _loop = frames_of(gif)
    corner = [frame[200:230, 70:90] for frame in frames]  # ground that no step reaches
    assert all(np.array_equal(corner[0], one) for one in corner)


def test_a_long_film_is_not_too_fast(tmp_path, monkeypatch):
    monkeypatch.setattr("gdlab.pictures.film.USUAL", 0.2)  # instead of hundreds of frames
    _frames, stays, _loop = frames_of(walk_picture(wide=False).save(tmp_path / "long.gif"))
    assert set(stays[:-1]) == {40}


def test_the_control_to_play_is_chosen(tmp_path):
    one = live(Contours(bowl), first=Steps(2), second=Steps(3, 1))(
        lambda first, second: f"{first} and {second}"
    )
    for control, values in (("first", [(k, 1) for k in range(3)]), ("second", [(2, k) for k in range(4)])):
        film, _stays, _loop = frames_of(one.save(tmp_path / "film.gif", control=control))
        assert len(film) == len(values)
    for control in (None, "third", "lr"):
        with pytest.raises(ValueError, match="which control shall be played. It has: first, second"):
            one.save(tmp_path / "other.gif", control=control)
    assert [file.name for file in tmp_path.iterdir()] == ["film.gif"]


# What is asked for wrongly


@pytest.mark.parametrize("name", ["walk", "walk.png", "walk.gif.zip", "walk.mp4", ".gif", ""])
def test_another_kind_of_file_is_refused(walk, tmp_path, name):
    with pytest.raises(ValueError, match="a file name that ends in .gif, not "):
        walk.save(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_must_be_there_and_is_no_film(walk, tmp_path):
    with pytest.raises(FileNotFoundError, match="films"):
        walk.save(tmp_path / "films" / "walk.gif")
    (tmp_path / "walk.gif").mkdir()
    with pytest.raises(IsADirectoryError, match="walk.gif"):
        walk.save(tmp_path / "walk.gif")


def test_a_picture_without_steps_cannot_be_played(tmp_path):
    still = live(Contours(bowl), x=Slider(0, 0, 1))(lambda x: "Still.")
    with pytest.raises(ValueError, match="which control shall be played. It has: no Steps"):
        still.save(tmp_path / "walk.gif")


# What stays as it was


def fragile():
    @live(Contours(bowl), steps=Steps(5, 1))
    def breaks(steps):
        if steps == 4:
            raise ArithmeticError("step 4")
        return f"{steps}"

    return breaks


def test_an_older_file_is_kept_when_a_frame_fails(tmp_path):
    film = tmp_path / "film.gif"
    film.write_bytes(b"an older film")
    picture = fragile()
    with pytest.raises(ArithmeticError, match="step 4"):
        picture.save(film)
    assert list(tmp_path.iterdir()) == [film] and film.read_bytes() == b"an older film"
    assert picture.values == {"steps": 1} and picture.set() == "1"


def test_an_older_file_is_kept_when_writing_fails(walk, tmp_path, monkeypatch):
    film = tmp_path / "film.gif"
    film.write_bytes(b"an older film")

    def half(image, path, *_arguments, **_options):
        with open(path, "wb") as file:
            file.write(b"half")
        raise OSError("the disk is full")

    monkeypatch.setattr(Image.Image, "save", half)
    with pytest.raises(OSError, match="the disk is full"):
        walk.save(film)
    assert list(tmp_path.iterdir()) == [film] and film.read_bytes() == b"an older film"


def test_an_older_file_is_replaced(tmp_path, gif):
    film, plain = tmp_path / "film.gif", tmp_path / "plain"
    film.write_bytes(b"an older film")
    plain.touch()
    walk_picture(wide=False).save(film)
    assert len(frames_of(film)[0]) == STEPS + 1 and sorted(tmp_path.iterdir()) == [film, plain]
    assert film.stat().st_mode == plain.stat().st_mode  # as any other file: others may read it


def test_the_picture_stays_as_it_was_where_it_is_shown(tmp_path):
    walk = walk_picture(wide=False)
    wire = Wire(walk)
    before = wire.ask(0.2, 3)
    start = walk.view.start
    walk.save(tmp_path / "walk.gif")
    assert wire.take() == [] and walk.view.start == start and walk.values == {"lr": 0.2, "steps": 3}
    assert wire.ask(0.2, 3) == before
