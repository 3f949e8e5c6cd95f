"""What a merchant changes about a whole subscription: a form, a preview of before and after, the deed, and Undo.

To add an action of `edits/contract`: describe it by a `Face` (face.py) in a module of your own here, with a template
of its form in `templates/contract/change/` when there is something to fill in, and list the module's FACES in
`registry.py`. The page, its preview, the request id, the button and Undo come by themselves.
"""
