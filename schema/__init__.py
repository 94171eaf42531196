"""The GraphQL schema: types, inputs, unions, enums and scalars."""
