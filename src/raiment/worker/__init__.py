"""What happens later: actions sent until answered, clocks watched, checkpoints signed, leftovers found."""
