"""What clients see: types, inputs, unions and scalars."""
