"""A server on loopback that answers like three public APIs, and misbehaves on request.

- ``randomuser``: randomuser.me 1.4. ``people`` makes the users, ``nationality``, ``national_ids``
  and ``latin`` are what it makes them from.
- ``cbr``: the daily rates of the Bank of Russia, XML in windows-1251. ``rates`` makes the rates.
- ``rickandmorty``: pages linked like those of rickandmortyapi.com. ``multiverse`` makes them.

The words they are made of are the JSON files in ``data/``. ``faults`` says what can go wrong and
when, ``misbehave`` does it to the answers of any source and ``content`` to the records in them,
``control`` lets tests set faults and see what was asked, ``server`` runs it all, ``testing`` runs
it inside a test. Run it with ``python -m sample_api``.
"""
