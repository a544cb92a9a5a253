"""What makes a lesson answer: predictions and exercises."""
