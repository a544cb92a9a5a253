"""The mathematics of the lessons: numpy only, and true without a picture."""
