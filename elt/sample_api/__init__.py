"""A server on loopback that answers like randomuser.me 1.4, and misbehaves on request.

``people`` makes the users (``nationality``, ``national_ids``, ``latin`` and the JSON files in
``data/`` are what it makes them from), ``randomuser`` answers requests, ``faults`` says what can go
wrong and when, ``misbehave`` does it to the answers of any source, ``control`` lets tests set
faults and see what was asked, ``server`` runs it all, ``testing`` runs it inside a test.
Run it with ``python -m elt.sample_api``.
"""
