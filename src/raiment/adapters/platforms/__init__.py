"""The platforms that carry out actions: how they are asked, and how their answer is read."""
