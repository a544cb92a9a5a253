"""What makes a picture live: controls, the picture that they drive, the recorder of what it draws, and films."""
