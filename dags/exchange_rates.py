"""Exchange rates of the Bank of Russia, each day, into `analytics.exchange_rates`.

A load is one day asked for. On days for which no rates are set, the bank answers with those of an
earlier day: each row has both dates. Days that the schedule missed are made up for, a week at most.
To load any other range, press *Trigger → Backfill* in Airflow's UI: it loads these days, no others.
"""

from datetime import timedelta

from elt.pipeline import pipeline
from elt.source import Source

rates = Source(
    name="cbr",
    entity="exchange_rates",
    conn_id="cbr_api",
    endpoint="/scripts/XML_daily.asp",
    params={"date_req": "{{ period(dag_run, '%d/%m/%Y') }}"},
    format="xml",
    records_path="Valute",
    key="@ID",
    # The bank says what is wrong as the text of an otherwise empty document.
    error_path="#text",
    from_response={"document_date": "@Date"},
    from_request={"asked_for": "date_req"},
    rejected_share=0.1,
)

dag = pipeline(
    rates,
    dag_id="exchange_rates",
    catch_up=timedelta(days=7),
    marts=["exchange_rates", "rejected_exchange_rates"],
    doc=__doc__,
)
