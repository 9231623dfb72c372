"""`elt new`: a pipeline of one's own, written from what an endpoint answers.

`look` asks the endpoint, `infer` makes out what the answer is, `plan` puts that together, `render`
writes each file's text, and `files` puts all of them in place, or none.
"""
