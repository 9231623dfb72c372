{{ rejected_of('stg_rickandmorty__locations') }}
