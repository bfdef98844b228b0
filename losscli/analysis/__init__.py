"""A room a question, named as its command: from a stream of batches to the record that answers it."""
