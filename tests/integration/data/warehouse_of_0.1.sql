create role analyst;

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
CREATE SCHEMA analytics;
ALTER SCHEMA analytics OWNER TO elt_transformer;
CREATE SCHEMA bi;
ALTER SCHEMA bi OWNER TO analyst;
CREATE SCHEMA ops;
ALTER SCHEMA ops OWNER TO elt_transformer;
ALTER SCHEMA public OWNER TO pg_database_owner;
CREATE SCHEMA raw;
ALTER SCHEMA raw OWNER TO elt_loader;
CREATE FUNCTION raw.sessions() RETURNS TABLE(pid integer, usename name, application_name text, state text, xact_start timestamp with time zone)
 LANGUAGE sql STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog'
 AS $$
 select pid, usename, application_name, state, xact_start
 from pg_catalog.pg_stat_activity
 where datname = current_database()
$$;
ALTER FUNCTION raw.sessions() OWNER TO postgres;
SET default_tablespace = '';
SET default_table_access_method = heap;
CREATE TABLE analytics.countries (
 nationality text,
 country_name text,
 region text,
 continent text
);
ALTER TABLE analytics.countries OWNER TO elt_transformer;
CREATE TABLE analytics.exchange_rates (
 exchange_rate_id text NOT NULL,
 currency_id text,
 currency_code text,
 currency_number text,
 currency_name text,
 row_hash text,
 nominal integer,
 value numeric,
 unit_rate_sent numeric,
 rate_per_unit numeric,
 rate_date date,
 document_date date,
 load_id bigint NOT NULL,
 load_period timestamp with time zone NOT NULL
);
ALTER TABLE analytics.exchange_rates OWNER TO elt_transformer;
CREATE TABLE analytics.locations (
 location_id integer NOT NULL,
 name text,
 location_type text,
 dimension text,
 url text,
 row_hash text,
 resident_count integer,
 residents jsonb,
 created_at timestamp with time zone,
 load_id bigint NOT NULL,
 load_period timestamp with time zone NOT NULL
);
ALTER TABLE analytics.locations OWNER TO elt_transformer;
CREATE TABLE analytics.rejected_exchange_rates (
 load_id bigint NOT NULL,
 record_no integer NOT NULL,
 source text,
 rejection_reason text,
 record jsonb,
 load_period timestamp with time zone
);
ALTER TABLE analytics.rejected_exchange_rates OWNER TO elt_transformer;
CREATE TABLE analytics.rejected_locations (
 load_id bigint NOT NULL,
 record_no integer NOT NULL,
 source text,
 rejection_reason text,
 record jsonb,
 load_period timestamp with time zone
);
ALTER TABLE analytics.rejected_locations OWNER TO elt_transformer;
CREATE TABLE analytics.rejected_records (
 load_id bigint NOT NULL,
 record_no integer NOT NULL,
 source text,
 rejection_reason text,
 record jsonb,
 load_period timestamp with time zone
);
ALTER TABLE analytics.rejected_records OWNER TO elt_transformer;
CREATE TABLE raw.cbr__exchange_rates (
 load_id bigint NOT NULL,
 record_no integer NOT NULL,
 record jsonb NOT NULL
);
ALTER TABLE raw.cbr__exchange_rates OWNER TO elt_loader;
CREATE VIEW analytics.stg_cbr__exchange_rates AS
 WITH source AS (
 SELECT cbr__exchange_rates.load_id,
 cbr__exchange_rates.record_no,
 cbr__exchange_rates.record
 FROM raw.cbr__exchange_rates
 ), typed AS (
 SELECT r.load_id,
 r.record_no,
 r.record,
 g.currency_id,
 g.currency_code,
 g.currency_number,
 g.currency_name,
 t.nominal,
 t.value,
 t.unit_rate_sent,
 t.rate_date,
 t.document_date,
 CASE
 WHEN (jsonb_typeof(r.record) <> 'object'::text) THEN 'record: not an object'::text
 ELSE NULLIF(array_to_string(ARRAY[NULL::text,
 CASE
 WHEN (("left"(g.currency_id, 1) = ANY (ARRAY['{'::text, '['::text])) AND (jsonb_typeof((r.record #> '{@ID}'::text[])) = ANY (ARRAY['object'::text, 'array'::text]))) THEN '@ID: not text'::text
 ELSE NULL::text
 END,
 CASE
 WHEN (("left"(g.currency_code, 1) = ANY (ARRAY['{'::text, '['::text])) AND (jsonb_typeof((r.record #> '{CharCode}'::text[])) = ANY (ARRAY['object'::text, 'array'::text]))) THEN 'CharCode: not text'::text
 ELSE NULL::text
 END,
 CASE
 WHEN (("left"(g.currency_number, 1) = ANY (ARRAY['{'::text, '['::text])) AND (jsonb_typeof((r.record #> '{NumCode}'::text[])) = ANY (ARRAY['object'::text, 'array'::text]))) THEN 'NumCode: not text'::text
 ELSE NULL::text
 END,
 CASE
 WHEN (("left"(g.currency_name, 1) = ANY (ARRAY['{'::text, '['::text])) AND (jsonb_typeof((r.record #> '{Name}'::text[])) = ANY (ARRAY['object'::text, 'array'::text]))) THEN 'Name: not text'::text
 ELSE NULL::text
 END,
 CASE
 WHEN ((t.nominal IS NULL) AND (g._sent_5 IS NOT NULL)) THEN 'Nominal: not an integer'::text
 ELSE NULL::text
 END,
 CASE
 WHEN ((t.value IS NULL) AND (g._sent_6 IS NOT NULL)) THEN 'Value: not a number'::text
 ELSE NULL::text
 END,
 CASE
 WHEN ((t.unit_rate_sent IS NULL) AND (g._sent_7 IS NOT NULL)) THEN 'VunitRate: not a number'::text
 ELSE NULL::text
 END,
 CASE
 WHEN ((t.rate_date IS NULL) AND (g._sent_8 IS NOT NULL)) THEN 'asked_for: not a date'::text
 ELSE NULL::text
 END,
 CASE
 WHEN ((t.document_date IS NULL) AND (g._sent_9 IS NOT NULL)) THEN 'document_date: not a date'::text
 ELSE NULL::text
 END,
 CASE
 WHEN (g.currency_id IS NULL) THEN '@ID: missing'::text
 ELSE NULL::text
 END,
 CASE
 WHEN (g.currency_code IS NULL) THEN 'CharCode: missing'::text
 ELSE NULL::text
 END,
 CASE
 WHEN (g._sent_5 IS NULL) THEN 'Nominal: missing'::text
 ELSE NULL::text
 END,
 CASE
 WHEN (g._sent_6 IS NULL) THEN 'Value: missing'::text
 ELSE NULL::text
 END,
 CASE
 WHEN (g._sent_8 IS NULL) THEN 'asked_for: missing'::text
 ELSE NULL::text
 END,
 CASE
 WHEN (g._sent_9 IS NULL) THEN 'document_date: missing'::text
 ELSE NULL::text
 END,
 CASE
 WHEN (g.currency_id = ''::text) THEN '@ID: empty'::text
 ELSE NULL::text
 END,
 CASE
 WHEN (g.currency_code = ''::text) THEN 'CharCode: empty'::text
 ELSE NULL::text
 END,
 CASE
 WHEN (t.nominal <= 0) THEN 'Nominal: not positive'::text
 ELSE NULL::text
 END], '; '::text), ''::text)
 END AS rejection_reason
 FROM ((source r
 CROSS JOIN LATERAL ( SELECT (r.record #>> '{@ID}'::text[]) AS currency_id,
 (r.record #>> '{CharCode}'::text[]) AS currency_code,
 (r.record #>> '{NumCode}'::text[]) AS currency_number,
 (r.record #>> '{Name}'::text[]) AS currency_name,
 (r.record #>> '{Nominal}'::text[]) AS _sent_5,
 (r.record #>> '{Value}'::text[]) AS _sent_6,
 (r.record #>> '{VunitRate}'::text[]) AS _sent_7,
 (r.record #>> '{asked_for}'::text[]) AS _sent_8,
 (r.record #>> '{document_date}'::text[]) AS _sent_9
 FROM ( SELECT 1 AS "?column?") once
 OFFSET 0) g)
 CROSS JOIN LATERAL ( SELECT
 CASE
 WHEN
 CASE
 WHEN ((g._sent_5 ~ '^[-+]?[0-9]+([.]0+)?$'::text) AND (length(g._sent_5) <= 40)) THEN (((g._sent_5)::numeric >= ('-2147483648'::integer)::numeric) AND ((g._sent_5)::numeric <= (2147483647)::numeric))
 ELSE false
 END THEN ((g._sent_5)::numeric)::integer
 ELSE NULL::integer
 END AS nominal,
 CASE
 WHEN ((g._sent_6 ~ '^[-+]?[0-9]+(,[0-9]+)?([eE][-+]?[0-9][0-9]?)?$'::text) AND (length(g._sent_6) <= 1000)) THEN (replace(g._sent_6, ','::text, '.'::text))::numeric
 ELSE NULL::numeric
 END AS value,
 CASE
 WHEN ((g._sent_7 ~ '^[-+]?[0-9]+(,[0-9]+)?([eE][-+]?[0-9][0-9]?)?$'::text) AND (length(g._sent_7) <= 1000)) THEN (replace(g._sent_7, ','::text, '.'::text))::numeric
 ELSE NULL::numeric
 END AS unit_rate_sent,
 CASE
 WHEN ((g._sent_8 ~ '^((0[1-9]|[12][0-9]|3[01])[.](0[13578]|1[02])[.](000[1-9]|00[1-9][0-9]|0[1-9][0-9][0-9]|[1-9][0-9][0-9][0-9])|(0[1-9]|[12][0-9]|30)[.](0[469]|11)[.](000[1-9]|00[1-9][0-9]|0[1-9][0-9][0-9]|[1-9][0-9][0-9][0-9])|(0[1-9]|1[0-9]|2[0-8])[.]02[.](000[1-9]|00[1-9][0-9]|0[1-9][0-9][0-9]|[1-9][0-9][0-9][0-9])|29[.]02[.]([0-9][0-9](0[48]|[2468][048]|[13579][26])|(0[48]|[2468][048]|[13579][26])00)|(0[1-9]|[12][0-9]|3[01])/(0[13578]|1[02])/(000[1-9]|00[1-9][0-9]|0[1-9][0-9][0-9]|[1-9][0-9][0-9][0-9])|(0[1-9]|[12][0-9]|30)/(0[469]|11)/(000[1-9]|00[1-9][0-9]|0[1-9][0-9][0-9]|[1-9][0-9][0-9][0-9])|(0[1-9]|1[0-9]|2[0-8])/02/(000[1-9]|00[1-9][0-9]|0[1-9][0-9][0-9]|[1-9][0-9][0-9][0-9])|29/02/([0-9][0-9](0[48]|[2468][048]|[13579][26])|(0[48]|[2468][048]|[13579][26])00))$'::text) AND (length(g._sent_8) = 10)) THEN (((((substr(g._sent_8, 7, 4) || '-'::text) || substr(g._sent_8, 4, 2)) || '-'::text) || substr(g._sent_8, 1, 2)))::date
 ELSE NULL::date
 END AS rate_date,
 CASE
 WHEN ((g._sent_9 ~ '^((0[1-9]|[12][0-9]|3[01])[.](0[13578]|1[02])[.](000[1-9]|00[1-9][0-9]|0[1-9][0-9][0-9]|[1-9][0-9][0-9][0-9])|(0[1-9]|[12][0-9]|30)[.](0[469]|11)[.](000[1-9]|00[1-9][0-9]|0[1-9][0-9][0-9]|[1-9][0-9][0-9][0-9])|(0[1-9]|1[0-9]|2[0-8])[.]02[.](000[1-9]|00[1-9][0-9]|0[1-9][0-9][0-9]|[1-9][0-9][0-9][0-9])|29[.]02[.]([0-9][0-9](0[48]|[2468][048]|[13579][26])|(0[48]|[2468][048]|[13579][26])00)|(0[1-9]|[12][0-9]|3[01])/(0[13578]|1[02])/(000[1-9]|00[1-9][0-9]|0[1-9][0-9][0-9]|[1-9][0-9][0-9][0-9])|(0[1-9]|[12][0-9]|30)/(0[469]|11)/(000[1-9]|00[1-9][0-9]|0[1-9][0-9][0-9]|[1-9][0-9][0-9][0-9])|(0[1-9]|1[0-9]|2[0-8])/02/(000[1-9]|00[1-9][0-9]|0[1-9][0-9][0-9]|[1-9][0-9][0-9][0-9])|29/02/([0-9][0-9](0[48]|[2468][048]|[13579][26])|(0[48]|[2468][048]|[13579][26])00))$'::text) AND (length(g._sent_9) = 10)) THEN (((((substr(g._sent_9, 7, 4) || '-'::text) || substr(g._sent_9, 4, 2)) || '-'::text) || substr(g._sent_9, 1, 2)))::date
 ELSE NULL::date
 END AS document_date
 FROM ( SELECT 1 AS "?column?") once
 OFFSET 0) t)
 ), renamed AS (
 SELECT typed.load_id,
 typed.record_no,
 typed.record,
 typed.currency_id,
 typed.currency_code,
 typed.currency_number,
 typed.currency_name,
 typed.nominal,
 typed.value,
 typed.unit_rate_sent,
 typed.rate_date,
 typed.document_date,
 typed.rejection_reason,
 ((to_char((typed.rate_date)::timestamp with time zone, 'YYYY-MM-DD'::text) || '/'::text) || typed.currency_id) AS exchange_rate_id
 FROM typed
 ), final AS (
 SELECT renamed.load_id,
 renamed.record_no,
 renamed.record,
 renamed.currency_id,
 renamed.currency_code,
 renamed.currency_number,
 renamed.currency_name,
 renamed.nominal,
 renamed.value,
 renamed.unit_rate_sent,
 renamed.rate_date,
 renamed.document_date,
 renamed.rejection_reason,
 renamed.exchange_rate_id,
 md5((ROW(renamed.currency_id, renamed.currency_code, renamed.currency_number, renamed.currency_name, renamed.nominal, renamed.value, renamed.unit_rate_sent, to_char((renamed.rate_date)::timestamp with time zone, 'YYYY-MM-DD'::text), to_char((renamed.document_date)::timestamp with time zone, 'YYYY-MM-DD'::text)))::text) AS row_hash
 FROM renamed
 )
 SELECT load_id,
 record_no,
 record,
 currency_id,
 currency_code,
 currency_number,
 currency_name,
 nominal,
 value,
 unit_rate_sent,
 rate_date,
 document_date,
 rejection_reason,
 exchange_rate_id,
 row_hash
 FROM final;
ALTER VIEW analytics.stg_cbr__exchange_rates OWNER TO elt_transformer;
CREATE TABLE raw.randomuser__users (
 load_id bigint NOT NULL,
 record_no integer NOT NULL,
 record jsonb NOT NULL
);
ALTER TABLE raw.randomuser__users OWNER TO elt_loader;
CREATE VIEW analytics.stg_randomuser__users AS
 WITH source AS (
 SELECT randomuser__users.load_id,
 randomuser__users.record_no,
 randomuser__users.record
 FROM raw.randomuser__users
 ), typed AS (
 SELECT r.load_id,
 r.record_no,
 r.record,
 g.national_id,
 g.national_id_name,
 g.gender,
 g.title,
 g.first_name,
 g.last_name,
 g.street_name,
 g.city,
 g.state,
 g.country,
 g.postcode,
 g.timezone_offset,
 g.timezone_description,
 g.email,
 g.username,
 g.password_salt,
 g.password_md5,
 g.password_sha1,
 g.password_sha256,
 g.phone,
 g.cell,
 g.picture_large_url,
 g.picture_medium_url,
 g.picture_thumbnail_url,
 g.nationality,
 t.user_id,
 t.street_number,
 t.age,
 t.registration_age,
 t.latitude,
 t.longitude,
 t.born_at,
 t.registered_at,
 CASE
 WHEN (jsonb_typeof(r.record) <> 'object'::text) THEN 'record: not an object'::text
 ELSE NULLIF(array_to_string(ARRAY[NULL::text,
 CASE
 WHEN (jsonb_typeof((r.record #> '{login}'::text[])) <> ALL (ARRAY['object'::text, 'null'::text])) THEN 'login: not an object'::text
 ELSE NULL::text
 END,
 CASE
 WHEN (jsonb_typeof((r.record #> '{id}'::text[])) <> ALL (ARRAY['object'::text, 'null'::text])) THEN 'id: not an object'::text
 ELSE NULL::text
 END,
 CASE
 WHEN (jsonb_typeof((r.record #> '{name}'::text[])) <> ALL (ARRAY['object'::text, 'null'::text])) THEN 'name: not an object'::text
 ELSE NULL::text
 END,
 CASE
 WHEN (jsonb_typeof((r.record #> '{location}'::text[])) <> ALL (ARRAY['object'::text, 'null'::text])) THEN 'location: not an object'::text
 ELSE NULL::text
 END,
 CASE
 WHEN (jsonb_typeof((r.record #> '{location,street}'::text[])) <> ALL (ARRAY['object'::text, 'null'::text])) THEN 'location.street: not an object'::text
 ELSE NULL::text
 END,
 CASE
 WHEN (jsonb_typeof((r.record #> '{location,timezone}'::text[])) <> ALL (ARRAY['object'::text, 'null'::text])) THEN 'location.timezone: not an object'::text
 ELSE NULL::text
 END,
 CASE
 WHEN (jsonb_typeof((r.record #> '{picture}'::text[])) <> ALL (ARRAY['object'::text, 'null'::text])) THEN 'picture: not an object'::text
 ELSE NULL::text
 END,
 CASE
 WHEN (jsonb_typeof((r.record #> '{dob}'::text[])) <> ALL (ARRAY['object'::text, 'null'::text])) THEN 'dob: not an object'::text
 ELSE NULL::text
 END,
 CASE
 WHEN (jsonb_typeof((r.record #> '{registered}'::text[])) <> ALL (ARRAY['object'::text, 'null'::text])) THEN 'registered: not an object'::text
 ELSE NULL::text
 END,
 CASE
 WHEN (jsonb_typeof((r.record #> '{location,coordinates}'::text[])) <> ALL (ARRAY['object'::text, 'null'::text])) THEN 'location.coordinates: not an object'::text
 ELSE NULL::text
 END,
 CASE
 WHEN (("left"(g.national_id, 1) = ANY (ARRAY['{'::text, '['::text])) AND (jsonb_typeof((r.record #> '{id,value}'::text[])) = ANY (ARRAY['object'::text, 'array'::text]))) THEN 'id.value: not text'::text
 ELSE NULL::text
 END,
 CASE
 WHEN (("left"(g.national_id_name, 1) = ANY (ARRAY['{'::text, '['::text])) AND (jsonb_typeof((r.record #> '{id,name}'::text[])) = ANY (ARRAY['object'::text, 'array'::text]))) THEN 'id.name: not text'::text
 ELSE NULL::text
 END,
 CASE
 WHEN (("left"(g.gender, 1) = ANY (ARRAY['{'::text, '['::text])) AND (jsonb_typeof((r.record #> '{gender}'::text[])) = ANY (ARRAY['object'::text, 'array'::text]))) THEN 'gender: not text'::text
 ELSE NULL::text
 END,
 CASE
 WHEN (("left"(g.title, 1) = ANY (ARRAY['{'::text, '['::text])) AND (jsonb_typeof((r.record #> '{name,title}'::text[])) = ANY (ARRAY['object'::text, 'array'::text]))) THEN 'name.title: not text'::text
 ELSE NULL::text
 END,
 CASE
 WHEN (("left"(g.first_name, 1) = ANY (ARRAY['{'::text, '['::text])) AND (jsonb_typeof((r.record #> '{name,first}'::text[])) = ANY (ARRAY['object'::text, 'array'::text]))) THEN 'name.first: not text'::text
 ELSE NULL::text
 END,
 CASE
 WHEN (("left"(g.last_name, 1) = ANY (ARRAY['{'::text, '['::text])) AND (jsonb_typeof((r.record #> '{name,last}'::text[])) = ANY (ARRAY['object'::text, 'array'::text]))) THEN 'name.last: not text'::text
 ELSE NULL::text
 END,
 CASE
 WHEN (("left"(g.street_name, 1) = ANY (ARRAY['{'::text, '['::text])) AND (jsonb_typeof((r.record #> '{location,street,name}'::text[])) = ANY (ARRAY['object'::text, 'array'::text]))) THEN 'location.street.name: not text'::text
 ELSE NULL::text
 END,
 CASE
 WHEN (("left"(g.city, 1) = ANY (ARRAY['{'::text, '['::text])) AND (jsonb_typeof((r.record #> '{location,city}'::text[])) = ANY (ARRAY['object'::text, 'array'::text]))) THEN 'location.city: not text'::text
 ELSE NULL::text
 END,
 CASE
 WHEN (("left"(g.state, 1) = ANY (ARRAY['{'::text, '['::text])) AND (jsonb_typeof((r.record #> '{location,state}'::text[])) = ANY (ARRAY['object'::text, 'array'::text]))) THEN 'location.state: not text'::text
 ELSE NULL::text
 END,
 CASE
 WHEN (("left"(g.country, 1) = ANY (ARRAY['{'::text, '['::text])) AND (jsonb_typeof((r.record #> '{location,country}'::text[])) = ANY (ARRAY['object'::text, 'array'::text]))) THEN 'location.country: not text'::text
 ELSE NULL::text
 END,
 CASE
 WHEN (("left"(g.postcode, 1) = ANY (ARRAY['{'::text, '['::text])) AND (jsonb_typeof((r.record #> '{location,postcode}'::text[])) = ANY (ARRAY['object'::text, 'array'::text]))) THEN 'location.postcode: not text'::text
 ELSE NULL::text
 END,
 CASE
 WHEN (("left"(g.timezone_offset, 1) = ANY (ARRAY['{'::text, '['::text])) AND (jsonb_typeof((r.record #> '{location,timezone,offset}'::text[])) = ANY (ARRAY['object'::text, 'array'::text]))) THEN 'location.timezone.offset: not text'::text
 ELSE NULL::text
 END,
 CASE
 WHEN (("left"(g.timezone_description, 1) = ANY (ARRAY['{'::text, '['::text])) AND (jsonb_typeof((r.record #> '{location,timezone,description}'::text[])) = ANY (ARRAY['object'::text, 'array'::text]))) THEN 'location.timezone.description: not text'::text
 ELSE NULL::text
 END,
 CASE
 WHEN (("left"(g.email, 1) = ANY (ARRAY['{'::text, '['::text])) AND (jsonb_typeof((r.record #> '{email}'::text[])) = ANY (ARRAY['object'::text, 'array'::text]))) THEN 'email: not text'::text
 ELSE NULL::text
 END,
 CASE
 WHEN (("left"(g.username, 1) = ANY (ARRAY['{'::text, '['::text])) AND (jsonb_typeof((r.record #> '{login,username}'::text[])) = ANY (ARRAY['object'::text, 'array'::text]))) THEN 'login.username: not text'::text
 ELSE NULL::text
 END,
 CASE
 WHEN (("left"(g.password_salt, 1) = ANY (ARRAY['{'::text, '['::text])) AND (jsonb_typeof((r.record #> '{login,salt}'::text[])) = ANY (ARRAY['object'::text, 'array'::text]))) THEN 'login.salt: not text'::text
 ELSE NULL::text
 END,
 CASE
 WHEN (("left"(g.password_md5, 1) = ANY (ARRAY['{'::text, '['::text])) AND (jsonb_typeof((r.record #> '{login,md5}'::text[])) = ANY (ARRAY['object'::text, 'array'::text]))) THEN 'login.md5: not text'::text
 ELSE NULL::text
 END,
 CASE
 WHEN (("left"(g.password_sha1, 1) = ANY (ARRAY['{'::text, '['::text])) AND (jsonb_typeof((r.record #> '{login,sha1}'::text[])) = ANY (ARRAY['object'::text, 'array'::text]))) THEN 'login.sha1: not text'::text
 ELSE NULL::text
 END,
 CASE
 WHEN (("left"(g.password_sha256, 1) = ANY (ARRAY['{'::text, '['::text])) AND (jsonb_typeof((r.record #> '{login,sha256}'::text[])) = ANY (ARRAY['object'::text, 'array'::text]))) THEN 'login.sha256: not text'::text
 ELSE NULL::text
 END,
 CASE
 WHEN (("left"(g.phone, 1) = ANY (ARRAY['{'::text, '['::text])) AND (jsonb_typeof((r.record #> '{phone}'::text[])) = ANY (ARRAY['object'::text, 'array'::text]))) THEN 'phone: not text'::text
 ELSE NULL::text
 END,
 CASE
 WHEN (("left"(g.cell, 1) = ANY (ARRAY['{'::text, '['::text])) AND (jsonb_typeof((r.record #> '{cell}'::text[])) = ANY (ARRAY['object'::text, 'array'::text]))) THEN 'cell: not text'::text
 ELSE NULL::text
 END,
 CASE
 WHEN (("left"(g.picture_large_url, 1) = ANY (ARRAY['{'::text, '['::text])) AND (jsonb_typeof((r.record #> '{picture,large}'::text[])) = ANY (ARRAY['object'::text, 'array'::text]))) THEN 'picture.large: not text'::text
 ELSE NULL::text
 END,
 CASE
 WHEN (("left"(g.picture_medium_url, 1) = ANY (ARRAY['{'::text, '['::text])) AND (jsonb_typeof((r.record #> '{picture,medium}'::text[])) = ANY (ARRAY['object'::text, 'array'::text]))) THEN 'picture.medium: not text'::text
 ELSE NULL::text
 END,
 CASE
 WHEN (("left"(g.picture_thumbnail_url, 1) = ANY (ARRAY['{'::text, '['::text])) AND (jsonb_typeof((r.record #> '{picture,thumbnail}'::text[])) = ANY (ARRAY['object'::text, 'array'::text]))) THEN 'picture.thumbnail: not text'::text
 ELSE NULL::text
 END,
 CASE
 WHEN (("left"(g.nationality, 1) = ANY (ARRAY['{'::text, '['::text])) AND (jsonb_typeof((r.record #> '{nat}'::text[])) = ANY (ARRAY['object'::text, 'array'::text]))) THEN 'nat: not text'::text
 ELSE NULL::text
 END,
 CASE
 WHEN ((t.user_id IS NULL) AND (g._sent_1 IS NOT NULL)) THEN 'login.uuid: not a uuid'::text
 ELSE NULL::text
 END,
 CASE
 WHEN ((t.street_number IS NULL) AND (g._sent_27 IS NOT NULL)) THEN 'location.street.number: not an integer'::text
 ELSE NULL::text
 END,
 CASE
 WHEN ((t.age IS NULL) AND (g._sent_28 IS NOT NULL)) THEN 'dob.age: not an integer'::text
 ELSE NULL::text
 END,
 CASE
 WHEN ((t.registration_age IS NULL) AND (g._sent_29 IS NOT NULL)) THEN 'registered.age: not an integer'::text
 ELSE NULL::text
 END,
 CASE
 WHEN ((t.latitude IS NULL) AND (g._sent_30 IS NOT NULL)) THEN 'location.coordinates.latitude: not a number'::text
 ELSE NULL::text
 END,
 CASE
 WHEN ((t.longitude IS NULL) AND (g._sent_31 IS NOT NULL)) THEN 'location.coordinates.longitude: not a number'::text
 ELSE NULL::text
 END,
 CASE
 WHEN ((t.born_at IS NULL) AND (g._sent_32 IS NOT NULL)) THEN 'dob.date: not a timestamp with time zone'::text
 ELSE NULL::text
 END,
 CASE
 WHEN ((t.registered_at IS NULL) AND (g._sent_33 IS NOT NULL)) THEN 'registered.date: not a timestamp with time zone'::text
 ELSE NULL::text
 END,
 CASE
 WHEN (g._sent_1 IS NULL) THEN 'login.uuid: missing'::text
 ELSE NULL::text
 END], '; '::text), ''::text)
 END AS rejection_reason
 FROM ((source r
 CROSS JOIN LATERAL ( SELECT (r.record #>> '{login,uuid}'::text[]) AS _sent_1,
 (r.record #>> '{id,value}'::text[]) AS national_id,
 (r.record #>> '{id,name}'::text[]) AS national_id_name,
 (r.record #>> '{gender}'::text[]) AS gender,
 (r.record #>> '{name,title}'::text[]) AS title,
 (r.record #>> '{name,first}'::text[]) AS first_name,
 (r.record #>> '{name,last}'::text[]) AS last_name,
 (r.record #>> '{location,street,name}'::text[]) AS street_name,
 (r.record #>> '{location,city}'::text[]) AS city,
 (r.record #>> '{location,state}'::text[]) AS state,
 (r.record #>> '{location,country}'::text[]) AS country,
 (r.record #>> '{location,postcode}'::text[]) AS postcode,
 (r.record #>> '{location,timezone,offset}'::text[]) AS timezone_offset,
 (r.record #>> '{location,timezone,description}'::text[]) AS timezone_description,
 (r.record #>> '{email}'::text[]) AS email,
 (r.record #>> '{login,username}'::text[]) AS username,
 (r.record #>> '{login,salt}'::text[]) AS password_salt,
 (r.record #>> '{login,md5}'::text[]) AS password_md5,
 (r.record #>> '{login,sha1}'::text[]) AS password_sha1,
 (r.record #>> '{login,sha256}'::text[]) AS password_sha256,
 (r.record #>> '{phone}'::text[]) AS phone,
 (r.record #>> '{cell}'::text[]) AS cell,
 (r.record #>> '{picture,large}'::text[]) AS picture_large_url,
 (r.record #>> '{picture,medium}'::text[]) AS picture_medium_url,
 (r.record #>> '{picture,thumbnail}'::text[]) AS picture_thumbnail_url,
 (r.record #>> '{nat}'::text[]) AS nationality,
 (r.record #>> '{location,street,number}'::text[]) AS _sent_27,
 (r.record #>> '{dob,age}'::text[]) AS _sent_28,
 (r.record #>> '{registered,age}'::text[]) AS _sent_29,
 (r.record #>> '{location,coordinates,latitude}'::text[]) AS _sent_30,
 (r.record #>> '{location,coordinates,longitude}'::text[]) AS _sent_31,
 (r.record #>> '{dob,date}'::text[]) AS _sent_32,
 (r.record #>> '{registered,date}'::text[]) AS _sent_33
 FROM ( SELECT 1 AS "?column?") once
 OFFSET 0) g)
 CROSS JOIN LATERAL ( SELECT
 CASE
 WHEN ((g._sent_1 ~~ '________-____-____-____-____________'::text) AND (g._sent_1 !~~ '%-%-%-%-%-%'::text) AND (g._sent_1 !~ '[^0-9a-fA-F-]'::text)) THEN (g._sent_1)::uuid
 ELSE NULL::uuid
 END AS user_id,
 CASE
 WHEN
 CASE
 WHEN ((g._sent_27 ~ '^[-+]?[0-9]+([.]0+)?$'::text) AND (length(g._sent_27) <= 40)) THEN (((g._sent_27)::numeric >= ('-2147483648'::integer)::numeric) AND ((g._sent_27)::numeric <= (2147483647)::numeric))
 ELSE false
 END THEN ((g._sent_27)::numeric)::integer
 ELSE NULL::integer
 END AS street_number,
 CASE
 WHEN
 CASE
 WHEN ((g._sent_28 ~ '^[-+]?[0-9]+([.]0+)?$'::text) AND (length(g._sent_28) <= 40)) THEN (((g._sent_28)::numeric >= ('-2147483648'::integer)::numeric) AND ((g._sent_28)::numeric <= (2147483647)::numeric))
 ELSE false
 END THEN ((g._sent_28)::numeric)::integer
 ELSE NULL::integer
 END AS age,
 CASE
 WHEN
 CASE
 WHEN ((g._sent_29 ~ '^[-+]?[0-9]+([.]0+)?$'::text) AND (length(g._sent_29) <= 40)) THEN (((g._sent_29)::numeric >= ('-2147483648'::integer)::numeric) AND ((g._sent_29)::numeric <= (2147483647)::numeric))
 ELSE false
 END THEN ((g._sent_29)::numeric)::integer
 ELSE NULL::integer
 END AS registration_age,
 CASE
 WHEN ((g._sent_30 ~ '^[-+]?[0-9]+([.][0-9]+)?([eE][-+]?[0-9][0-9]?)?$'::text) AND (length(g._sent_30) <= 1000)) THEN (g._sent_30)::numeric
 ELSE NULL::numeric
 END AS latitude,
 CASE
 WHEN ((g._sent_31 ~ '^[-+]?[0-9]+([.][0-9]+)?([eE][-+]?[0-9][0-9]?)?$'::text) AND (length(g._sent_31) <= 1000)) THEN (g._sent_31)::numeric
 ELSE NULL::numeric
 END AS longitude,
 CASE
 WHEN ((g._sent_32 ~ '^((000[1-9]|00[1-9][0-9]|0[1-9][0-9][0-9]|[1-9][0-9][0-9][0-9])-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))|([0-9][0-9](0[48]|[2468][048]|[13579][26])|(0[48]|[2468][048]|[13579][26])00)-02-29)[T ]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]+)?(Z|[+-](0[0-9]|1[0-4]):?[0-5][0-9])$'::text) AND (length(g._sent_32) <= 60)) THEN (g._sent_32)::timestamp with time zone
 ELSE NULL::timestamp with time zone
 END AS born_at,
 CASE
 WHEN ((g._sent_33 ~ '^((000[1-9]|00[1-9][0-9]|0[1-9][0-9][0-9]|[1-9][0-9][0-9][0-9])-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))|([0-9][0-9](0[48]|[2468][048]|[13579][26])|(0[48]|[2468][048]|[13579][26])00)-02-29)[T ]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]+)?(Z|[+-](0[0-9]|1[0-4]):?[0-5][0-9])$'::text) AND (length(g._sent_33) <= 60)) THEN (g._sent_33)::timestamp with time zone
 ELSE NULL::timestamp with time zone
 END AS registered_at
 FROM ( SELECT 1 AS "?column?") once
 OFFSET 0) t)
 ), renamed AS (
 SELECT typed.load_id,
 typed.record_no,
 typed.record,
 typed.national_id,
 typed.national_id_name,
 typed.gender,
 typed.title,
 typed.first_name,
 typed.last_name,
 typed.street_name,
 typed.city,
 typed.state,
 typed.country,
 typed.postcode,
 typed.timezone_offset,
 typed.timezone_description,
 typed.email,
 typed.username,
 typed.password_salt,
 typed.password_md5,
 typed.password_sha1,
 typed.password_sha256,
 typed.phone,
 typed.cell,
 typed.picture_large_url,
 typed.picture_medium_url,
 typed.picture_thumbnail_url,
 typed.nationality,
 typed.user_id,
 typed.street_number,
 typed.age,
 typed.registration_age,
 typed.latitude,
 typed.longitude,
 typed.born_at,
 typed.registered_at,
 typed.rejection_reason,
 ((('sha256$'::text || typed.password_salt) || '$'::text) || typed.password_sha256) AS password_digest
 FROM typed
 ), final AS (
 SELECT renamed.load_id,
 renamed.record_no,
 renamed.record,
 renamed.national_id,
 renamed.national_id_name,
 renamed.gender,
 renamed.title,
 renamed.first_name,
 renamed.last_name,
 renamed.street_name,
 renamed.city,
 renamed.state,
 renamed.country,
 renamed.postcode,
 renamed.timezone_offset,
 renamed.timezone_description,
 renamed.email,
 renamed.username,
 renamed.password_salt,
 renamed.password_md5,
 renamed.password_sha1,
 renamed.password_sha256,
 renamed.phone,
 renamed.cell,
 renamed.picture_large_url,
 renamed.picture_medium_url,
 renamed.picture_thumbnail_url,
 renamed.nationality,
 renamed.user_id,
 renamed.street_number,
 renamed.age,
 renamed.registration_age,
 renamed.latitude,
 renamed.longitude,
 renamed.born_at,
 renamed.registered_at,
 renamed.rejection_reason,
 renamed.password_digest,
 md5((ROW(renamed.user_id, renamed.national_id, renamed.national_id_name, renamed.gender, renamed.title, renamed.first_name, renamed.last_name, renamed.street_name, renamed.city, renamed.state, renamed.country, renamed.postcode, renamed.timezone_offset, renamed.timezone_description, renamed.email, renamed.username, renamed.password_digest, renamed.phone, renamed.cell, renamed.picture_large_url, renamed.picture_medium_url, renamed.picture_thumbnail_url, renamed.nationality, renamed.street_number, renamed.latitude, renamed.longitude, to_char((renamed.born_at AT TIME ZONE 'UTC'::text), 'YYYY-MM-DD HH24:MI:SS.US'::text), to_char((renamed.registered_at AT TIME ZONE 'UTC'::text), 'YYYY-MM-DD HH24:MI:SS.US'::text)))::text) AS row_hash
 FROM renamed
 )
 SELECT load_id,
 record_no,
 record,
 national_id,
 national_id_name,
 gender,
 title,
 first_name,
 last_name,
 street_name,
 city,
 state,
 country,
 postcode,
 timezone_offset,
 timezone_description,
 email,
 username,
 password_salt,
 password_md5,
 password_sha1,
 password_sha256,
 phone,
 cell,
 picture_large_url,
 picture_medium_url,
 picture_thumbnail_url,
 nationality,
 user_id,
 street_number,
 age,
 registration_age,
 latitude,
 longitude,
 born_at,
 registered_at,
 rejection_reason,
 password_digest,
 row_hash
 FROM final;
ALTER VIEW analytics.stg_randomuser__users OWNER TO elt_transformer;
CREATE TABLE raw.rickandmorty__locations (
 load_id bigint NOT NULL,
 record_no integer NOT NULL,
 record jsonb NOT NULL
);
ALTER TABLE raw.rickandmorty__locations OWNER TO elt_loader;
CREATE VIEW analytics.stg_rickandmorty__locations AS
 WITH source AS (
 SELECT rickandmorty__locations.load_id,
 rickandmorty__locations.record_no,
 rickandmorty__locations.record
 FROM raw.rickandmorty__locations
 ), typed AS (
 SELECT r.load_id,
 r.record_no,
 r.record,
 g.name,
 g.location_type,
 g.dimension,
 g.url,
 g.residents,
 t.location_id,
 t.created_at,
 CASE
 WHEN (jsonb_typeof(r.record) <> 'object'::text) THEN 'record: not an object'::text
 ELSE NULLIF(array_to_string(ARRAY[NULL::text,
 CASE
 WHEN (("left"(g.name, 1) = ANY (ARRAY['{'::text, '['::text])) AND (jsonb_typeof((r.record #> '{name}'::text[])) = ANY (ARRAY['object'::text, 'array'::text]))) THEN 'name: not text'::text
 ELSE NULL::text
 END,
 CASE
 WHEN (("left"(g.location_type, 1) = ANY (ARRAY['{'::text, '['::text])) AND (jsonb_typeof((r.record #> '{type}'::text[])) = ANY (ARRAY['object'::text, 'array'::text]))) THEN 'type: not text'::text
 ELSE NULL::text
 END,
 CASE
 WHEN (("left"(g.dimension, 1) = ANY (ARRAY['{'::text, '['::text])) AND (jsonb_typeof((r.record #> '{dimension}'::text[])) = ANY (ARRAY['object'::text, 'array'::text]))) THEN 'dimension: not text'::text
 ELSE NULL::text
 END,
 CASE
 WHEN (("left"(g.url, 1) = ANY (ARRAY['{'::text, '['::text])) AND (jsonb_typeof((r.record #> '{url}'::text[])) = ANY (ARRAY['object'::text, 'array'::text]))) THEN 'url: not text'::text
 ELSE NULL::text
 END,
 CASE
 WHEN ((t.location_id IS NULL) AND (g._sent_1 IS NOT NULL)) THEN 'id: not an integer'::text
 ELSE NULL::text
 END,
 CASE
 WHEN ((t.created_at IS NULL) AND (g._sent_7 IS NOT NULL)) THEN 'created: not a timestamp with time zone'::text
 ELSE NULL::text
 END,
 CASE
 WHEN (g._sent_1 IS NULL) THEN 'id: missing'::text
 ELSE NULL::text
 END,
 CASE
 WHEN (g.residents IS NULL) THEN 'residents: missing'::text
 ELSE NULL::text
 END,
 CASE
 WHEN (jsonb_typeof(g.residents) <> 'array'::text) THEN 'residents: not a list'::text
 ELSE NULL::text
 END], '; '::text), ''::text)
 END AS rejection_reason
 FROM ((source r
 CROSS JOIN LATERAL ( SELECT (r.record #>> '{id}'::text[]) AS _sent_1,
 (r.record #>> '{name}'::text[]) AS name,
 (r.record #>> '{type}'::text[]) AS location_type,
 (r.record #>> '{dimension}'::text[]) AS dimension,
 (r.record #>> '{url}'::text[]) AS url,
 NULLIF((r.record #> '{residents}'::text[]), 'null'::jsonb) AS residents,
 (r.record #>> '{created}'::text[]) AS _sent_7
 FROM ( SELECT 1 AS "?column?") once
 OFFSET 0) g)
 CROSS JOIN LATERAL ( SELECT
 CASE
 WHEN
 CASE
 WHEN ((g._sent_1 ~ '^[-+]?[0-9]+([.]0+)?$'::text) AND (length(g._sent_1) <= 40)) THEN (((g._sent_1)::numeric >= ('-2147483648'::integer)::numeric) AND ((g._sent_1)::numeric <= (2147483647)::numeric))
 ELSE false
 END THEN ((g._sent_1)::numeric)::integer
 ELSE NULL::integer
 END AS location_id,
 CASE
 WHEN ((g._sent_7 ~ '^((000[1-9]|00[1-9][0-9]|0[1-9][0-9][0-9]|[1-9][0-9][0-9][0-9])-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))|([0-9][0-9](0[48]|[2468][048]|[13579][26])|(0[48]|[2468][048]|[13579][26])00)-02-29)[T ]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]+)?(Z|[+-](0[0-9]|1[0-4]):?[0-5][0-9])$'::text) AND (length(g._sent_7) <= 60)) THEN (g._sent_7)::timestamp with time zone
 ELSE NULL::timestamp with time zone
 END AS created_at
 FROM ( SELECT 1 AS "?column?") once
 OFFSET 0) t)
 ), renamed AS (
 SELECT typed.load_id,
 typed.record_no,
 typed.record,
 typed.name,
 typed.location_type,
 typed.dimension,
 typed.url,
 typed.residents,
 typed.location_id,
 typed.created_at,
 typed.rejection_reason,
 CASE
 WHEN (jsonb_typeof(typed.residents) = 'array'::text) THEN jsonb_array_length(typed.residents)
 ELSE NULL::integer
 END AS resident_count
 FROM typed
 ), final AS (
 SELECT renamed.load_id,
 renamed.record_no,
 renamed.record,
 renamed.name,
 renamed.location_type,
 renamed.dimension,
 renamed.url,
 renamed.residents,
 renamed.location_id,
 renamed.created_at,
 renamed.rejection_reason,
 renamed.resident_count,
 md5((ROW(renamed.location_id, renamed.name, renamed.location_type, renamed.dimension, renamed.url, renamed.residents, to_char((renamed.created_at AT TIME ZONE 'UTC'::text), 'YYYY-MM-DD HH24:MI:SS.US'::text)))::text) AS row_hash
 FROM renamed
 )
 SELECT load_id,
 record_no,
 record,
 name,
 location_type,
 dimension,
 url,
 residents,
 location_id,
 created_at,
 rejection_reason,
 resident_count,
 row_hash
 FROM final;
ALTER VIEW analytics.stg_rickandmorty__locations OWNER TO elt_transformer;
CREATE TABLE analytics.top_locations (
 location_id integer NOT NULL,
 name text,
 location_type text,
 dimension text,
 place integer NOT NULL,
 resident_count integer,
 day date NOT NULL,
 load_id bigint NOT NULL,
 load_period timestamp with time zone NOT NULL
);
ALTER TABLE analytics.top_locations OWNER TO elt_transformer;
CREATE TABLE analytics.users (
 firstname text,
 lastname text,
 country text,
 username text,
 password text,
 email text,
 user_id uuid NOT NULL,
 national_id text,
 national_id_name text,
 gender text,
 title text,
 street_name text,
 city text,
 state text,
 postcode text,
 timezone_offset text,
 timezone_description text,
 phone text,
 cell text,
 picture_large_url text,
 picture_medium_url text,
 picture_thumbnail_url text,
 nationality text,
 row_hash text,
 street_number integer,
 latitude numeric,
 longitude numeric,
 born_at timestamp with time zone,
 registered_at timestamp with time zone,
 load_id bigint NOT NULL,
 load_period timestamp with time zone NOT NULL
);
ALTER TABLE analytics.users OWNER TO elt_transformer;
CREATE TABLE analytics.users_by_country (
 nationality text NOT NULL,
 country_name text,
 region text,
 continent text,
 users bigint,
 female_users bigint,
 male_users bigint,
 first_registered_at timestamp with time zone,
 last_registered_at timestamp with time zone
);
ALTER TABLE analytics.users_by_country OWNER TO elt_transformer;
CREATE VIEW bi.people AS
 SELECT user_id,
 firstname,
 lastname,
 city,
 load_period
 FROM analytics.users;
ALTER VIEW bi.people OWNER TO analyst;
CREATE VIEW bi.refused AS
 SELECT load_id,
 record_no,
 rejection_reason
 FROM analytics.rejected_records;
ALTER VIEW bi.refused OWNER TO analyst;
CREATE VIEW bi.typed AS
 SELECT load_id,
 record_no,
 user_id,
 first_name,
 rejection_reason
 FROM analytics.stg_randomuser__users;
ALTER VIEW bi.typed OWNER TO analyst;
CREATE TABLE ops.dbt_results (
 dag_id text NOT NULL,
 run_id text NOT NULL,
 task_id text NOT NULL,
 load_id bigint,
 invocation_id text NOT NULL,
 node text NOT NULL,
 status text NOT NULL,
 rows bigint,
 seconds double precision NOT NULL,
 failures bigint,
 finished_at timestamp with time zone NOT NULL,
 compiled_sql text
);
ALTER TABLE ops.dbt_results OWNER TO elt_transformer;
CREATE TABLE ops.model_loads (
 model text NOT NULL,
 load_id bigint NOT NULL,
 source text NOT NULL,
 invocation_id text NOT NULL,
 rows_changed bigint NOT NULL,
 is_gone boolean NOT NULL,
 period timestamp with time zone NOT NULL,
 built_at timestamp with time zone NOT NULL
);
ALTER TABLE ops.model_loads OWNER TO elt_transformer;
CREATE VIEW public.newest_users AS
 SELECT firstname,
 lastname
 FROM analytics.users
 ORDER BY load_period DESC
 LIMIT 3;
ALTER VIEW public.newest_users OWNER TO postgres;
CREATE SEQUENCE raw.load_id
 START WITH 1
 INCREMENT BY 1
 NO MINVALUE
 NO MAXVALUE
 CACHE 1;
ALTER SEQUENCE raw.load_id OWNER TO elt_loader;
CREATE TABLE raw.loads (
 load_id bigint NOT NULL,
 source text NOT NULL,
 dag_id text NOT NULL,
 run_id text NOT NULL,
 request text NOT NULL,
 checksum text NOT NULL,
 pages integer NOT NULL,
 records bigint NOT NULL,
 bytes bigint NOT NULL,
 period timestamp with time zone NOT NULL,
 started_at timestamp with time zone NOT NULL,
 fetched_at timestamp with time zone NOT NULL,
 landed_at timestamp with time zone NOT NULL,
 cursor text,
 account text DEFAULT ''::text NOT NULL
);
ALTER TABLE raw.loads OWNER TO elt_loader;
CREATE TABLE raw.sources (
 source text NOT NULL,
 dag_id text NOT NULL,
 grain text NOT NULL,
 schedule text,
 scheduled_since timestamp with time zone,
 asks_by_period boolean NOT NULL,
 redact text NOT NULL,
 updated_at timestamp with time zone NOT NULL,
 accounts text DEFAULT ''::text NOT NULL
);
ALTER TABLE raw.sources OWNER TO elt_loader;
INSERT INTO analytics.countries VALUES
 ('DE', 'Germany', 'Western Europe', 'Europe'),
 ('NL', 'Netherlands', 'Western Europe', 'Europe'),
 ('CH', 'Switzerland', 'Western Europe', 'Europe'),
 ('BR', 'Brazil', 'South America', 'South America'),
 ('ES', 'Spain', 'Southern Europe', 'Europe'),
 ('FI', 'Finland', 'Northern Europe', 'Europe'),
 ('UA', 'Ukraine', 'Eastern Europe', 'Europe'),
 ('NZ', 'New Zealand', 'Australia and New Zealand', 'Oceania'),
 ('NO', 'Norway', 'Northern Europe', 'Europe'),
 ('GB', 'United Kingdom', 'Northern Europe', 'Europe'),
 ('AU', 'Australia', 'Australia and New Zealand', 'Oceania'),
 ('TR', 'Türkiye', 'Western Asia', 'Asia'),
 ('IN', 'India', 'Southern Asia', 'Asia'),
 ('IE', 'Ireland', 'Northern Europe', 'Europe'),
 ('CA', 'Canada', 'Northern America', 'North America'),
 ('RS', 'Serbia', 'Southern Europe', 'Europe'),
 ('IR', 'Iran', 'Southern Asia', 'Asia'),
 ('DK', 'Denmark', 'Northern Europe', 'Europe'),
 ('FR', 'France', 'Western Europe', 'Europe'),
 ('MX', 'Mexico', 'Central America', 'North America'),
 ('US', 'United States', 'Northern America', 'North America');
INSERT INTO analytics.exchange_rates VALUES
 ('2026-11-21/R01020A', 'R01020A', 'AZN', '944', 'Азербайджанский манат', '9ca69e9c283f8e9cd9fc54b2db2d5879', 1, 47.9135, 47.9135, 47.9135, '2026-11-21', '2026-11-21', 2, '2026-11-21 00:00:00+00'),
 ('2026-11-21/R01035', 'R01035', 'GBP', '826', 'Фунт стерлингов Соединенного королевства', '2243465eacac460a28b1c8f069de4bf9', 1, 105.1552, 105.1552, 105.1552, '2026-11-21', '2026-11-21', 2, '2026-11-21 00:00:00+00'),
 ('2026-11-21/R01060', 'R01060', 'AMD', '051', 'Армянских драмов', '75903d62db865293c9661e95de878874', 100, 18.8913, 0.188913, 0.188913, '2026-11-21', '2026-11-21', 2, '2026-11-21 00:00:00+00'),
 ('2026-11-21/R01090B', 'R01090B', 'BYN', '933', 'Белорусский рубль', '86bf259bffaec2b85dc03a2322334cbd', 1, 30.6572, 30.6572, 30.6572, '2026-11-21', '2026-11-21', 2, '2026-11-21 00:00:00+00'),
 ('2026-11-21/R01115', 'R01115', 'BRL', '986', 'Бразильский реал', '0a83d3c351344ab90f1e6079f570d642', 1, 16.8671, 16.8671, 16.8671, '2026-11-21', '2026-11-21', 2, '2026-11-21 00:00:00+00'),
 ('2026-11-21/R01135', 'R01135', 'HUF', '348', 'Венгерских форинтов', '77dd989c87cc9086329b0f7831260dc0', 100, 22.7074, 0.227074, 0.227074, '2026-11-21', '2026-11-21', 2, '2026-11-21 00:00:00+00'),
 ('2026-11-21/R01150', 'R01150', 'VND', '704', 'Вьетнамских донгов', '1bbeb718c6896fd940211ff25066c224', 10000, 32.5087, 0.00325087, 0.00325087, '2026-11-21', '2026-11-21', 2, '2026-11-21 00:00:00+00'),
 ('2026-11-21/R01200', 'R01200', 'HKD', '344', 'Гонконгский доллар', 'f8dd7f93413dd027fcc9caea507a0723', 1, 10.2671, 10.2671, 10.2671, '2026-11-21', '2026-11-21', 2, '2026-11-21 00:00:00+00'),
 ('2026-11-21/R01210', 'R01210', 'GEL', '981', 'Грузинский лари', '6e268afd191c5f645edf4402b9fe22fd', 1, 32.1819, 32.1819, 32.1819, '2026-11-21', '2026-11-21', 2, '2026-11-21 00:00:00+00'),
 ('2026-11-21/R01215', 'R01215', 'DKK', '208', 'Датская крона', 'e4563127013bd628a223d082cc8623dd', 1, 13.2600, 13.26, 13.2600, '2026-11-21', '2026-11-21', 2, '2026-11-21 00:00:00+00'),
 ('2026-11-21/R01230', 'R01230', 'AED', '784', 'Дирхам ОАЭ', '7f91419cf1fff7c4e67412da521df010', 1, 23.1642, 23.1642, 23.1642, '2026-11-21', '2026-11-21', 2, '2026-11-21 00:00:00+00'),
 ('2026-11-21/R01235', 'R01235', 'USD', '840', 'Доллар США', '6e55665dc101289ca69b13f342aa16b6', 1, 89.7705, 89.7705, 89.7705, '2026-11-21', '2026-11-21', 2, '2026-11-21 00:00:00+00'),
 ('2026-11-21/R01239', 'R01239', 'EUR', '978', 'Евро', '700123c50243f276e38993726a81102b', 1, 93.5105, 93.5105, 93.5105, '2026-11-21', '2026-11-21', 2, '2026-11-21 00:00:00+00'),
 ('2026-11-21/R01240', 'R01240', 'EGP', '818', 'Египетских фунтов', '8649a581d8cf4968bc5f21a131d5ee98', 10, 22.6347, 2.26347, 2.26347, '2026-11-21', '2026-11-21', 2, '2026-11-21 00:00:00+00'),
 ('2026-11-21/R01270', 'R01270', 'INR', '356', 'Индийских рупий', '8a4bca554023344b8fa48cfdf401db94', 10, 9.8452, 0.98452, 0.98452, '2026-11-21', '2026-11-21', 2, '2026-11-21 00:00:00+00'),
 ('2026-11-21/R01280', 'R01280', 'IDR', '360', 'Индонезийских рупий', 'f233d6d6cf50bd8e3933551082741e47', 10000, 52.4504, 0.00524504, 0.00524504, '2026-11-21', '2026-11-21', 2, '2026-11-21 00:00:00+00'),
 ('2026-11-21/R01335', 'R01335', 'KZT', '398', 'Казахстанских тенге', '77e7fcf7803ea087ed5651577eefb521', 100, 19.1237, 0.191237, 0.191237, '2026-11-21', '2026-11-21', 2, '2026-11-21 00:00:00+00'),
 ('2026-11-21/R01350', 'R01350', 'CAD', '124', 'Канадский доллар', '605d184b85a6cf11ef2aaf3d9c5c2913', 1, 60.9523, 60.9523, 60.9523, '2026-11-21', '2026-11-21', 2, '2026-11-21 00:00:00+00'),
 ('2026-11-21/R01355', 'R01355', 'QAR', '634', 'Катарский риал', '1e2013318594b01ba9b355d8afcdd338', 1, 21.7675, 21.7675, 21.7675, '2026-11-21', '2026-11-21', 2, '2026-11-21 00:00:00+00'),
 ('2026-11-21/R01370', 'R01370', 'KGS', '417', 'Киргизских сомов', '2543983174ff9ab4b3352d3ee810f1f7', 10, 10.2221, 1.02221, 1.02221, '2026-11-21', '2026-11-21', 2, '2026-11-21 00:00:00+00'),
 ('2026-11-21/R01375', 'R01375', 'CNY', '156', 'Китайский юань', '918a50de64282847b8bd1ea0e16fa501', 1, 11.8221, 11.8221, 11.8221, '2026-11-21', '2026-11-21', 2, '2026-11-21 00:00:00+00'),
 ('2026-11-21/R01500', 'R01500', 'MDL', '498', 'Молдавских леев', '324edbfad648aed3a7544ecaee1549f6', 10, 43.2413, 4.32413, 4.32413, '2026-11-21', '2026-11-21', 2, '2026-11-21 00:00:00+00'),
 ('2026-11-21/R01530', 'R01530', 'NZD', '554', 'Новозеландский доллар', 'f7dcf3d43a537a7bec3ec504b57e47af', 1, 54.7886, 54.7886, 54.7886, '2026-11-21', '2026-11-21', 2, '2026-11-21 00:00:00+00'),
 ('2026-11-21/R01535', 'R01535', 'NOK', '578', 'Норвежских крон', '094a82a61c9670dd1754cdd1fba12ac2', 10, 87.9040, 8.7904, 8.79040, '2026-11-21', '2026-11-21', 2, '2026-11-21 00:00:00+00'),
 ('2026-11-21/R01565', 'R01565', 'PLN', '985', 'Польский злотый', '0d98be2b6b674c52a745ff09782f3c26', 1, 20.8383, 20.8383, 20.8383, '2026-11-21', '2026-11-21', 2, '2026-11-21 00:00:00+00'),
 ('2026-11-21/R01585F', 'R01585F', 'RON', '946', 'Румынский лей', 'f4081c26d225089fcb069ad696c0588b', 1, 19.8332, 19.8332, 19.8332, '2026-11-21', '2026-11-21', 2, '2026-11-21 00:00:00+00'),
 ('2026-11-21/R01589', 'R01589', 'XDR', '960', 'СДР (специальные права заимствования)', '29054540a0ee47af6769913c7ba13dd5', 1, 115.2494, 115.2494, 115.2494, '2026-11-21', '2026-11-21', 2, '2026-11-21 00:00:00+00'),
 ('2026-11-21/R01625', 'R01625', 'SGD', '702', 'Сингапурский доллар', '6b9b4a282b555080aeaeeab76898b6c3', 1, 56.9967, 56.9967, 56.9967, '2026-11-21', '2026-11-21', 2, '2026-11-21 00:00:00+00'),
 ('2026-11-21/R01670', 'R01670', 'TJS', '972', 'Таджикских сомони', '1ced303a5616d641e682887d9a352c87', 10, 79.8058, 7.98058, 7.98058, '2026-11-21', '2026-11-21', 2, '2026-11-21 00:00:00+00'),
 ('2026-11-21/R01675', 'R01675', 'THB', '764', 'Таиландских батов', '61c7854d8d35a693fd4dbc3267fa5405', 10, 24.4618, 2.44618, 2.44618, '2026-11-21', '2026-11-21', 2, '2026-11-21 00:00:00+00'),
 ('2026-11-21/R01700J', 'R01700J', 'TRY', '949', 'Турецких лир', 'c9de96a2e50a1d5fe86a6fefe0e69207', 10, 61.5950, 6.1595, 6.15950, '2026-11-21', '2026-11-21', 2, '2026-11-21 00:00:00+00'),
 ('2026-11-21/R01710A', 'R01710A', 'TMT', '934', 'Новый туркменский манат', '01d9fee372233dd298d09498ddef3f73', 1, 22.3308, 22.3308, 22.3308, '2026-11-21', '2026-11-21', 2, '2026-11-21 00:00:00+00'),
 ('2026-11-21/R01717', 'R01717', 'UZS', '860', 'Узбекских сумов', 'de0ffd7fc0bceac6bb195eb1f6571636', 10000, 73.4856, 0.00734856, 0.00734856, '2026-11-21', '2026-11-21', 2, '2026-11-21 00:00:00+00'),
 ('2026-11-21/R01720', 'R01720', 'UAH', '980', 'Украинских гривен', 'b9c44c216ad6b00de82fa605ed415588', 10, 25.5816, 2.55816, 2.55816, '2026-11-21', '2026-11-21', 2, '2026-11-21 00:00:00+00'),
 ('2026-11-21/R01760', 'R01760', 'CZK', '203', 'Чешских крон', 'e3573dd93959464973b8e4dd8f9a4130', 10, 35.3424, 3.53424, 3.53424, '2026-11-21', '2026-11-21', 2, '2026-11-21 00:00:00+00'),
 ('2026-11-21/R01770', 'R01770', 'SEK', '752', 'Шведских крон', 'a78859b8460e5c11d93cfee06c8f323a', 10, 93.9972, 9.39972, 9.39972, '2026-11-21', '2026-11-21', 2, '2026-11-21 00:00:00+00'),
 ('2026-11-21/R01775', 'R01775', 'CHF', '756', 'Швейцарский франк', 'ea84510d2272308b1e620f31cadfe42a', 1, 95.0480, 95.048, 95.0480, '2026-11-21', '2026-11-21', 2, '2026-11-21 00:00:00+00'),
 ('2026-11-21/R01805F', 'R01805F', 'RSD', '941', 'Сербских динаров', '514fa146d7f42e1543c95d317e65df0b', 100, 83.2375, 0.832375, 0.832375, '2026-11-21', '2026-11-21', 2, '2026-11-21 00:00:00+00'),
 ('2026-11-21/R01810', 'R01810', 'ZAR', '710', 'Южноафриканских рэндов', '45203a0c3218af51403fc9515656e233', 10, 48.7199, 4.87199, 4.87199, '2026-11-21', '2026-11-21', 2, '2026-11-21 00:00:00+00'),
 ('2026-11-21/R01815', 'R01815', 'KRW', '410', 'Вон Республики Корея', '240053473c7f6344b762870c77639961', 1000, 61.5999, 0.0615999, 0.0615999, '2026-11-21', '2026-11-21', 2, '2026-11-21 00:00:00+00'),
 ('2026-11-21/R01820', 'R01820', 'JPY', '392', 'Японских иен', '8e5536eb4c2248cdb2b9c9024255ebd8', 100, 60.4317, 0.604317, 0.604317, '2026-11-21', '2026-11-21', 2, '2026-11-21 00:00:00+00'),
 ('2026-11-22/R01020A', 'R01020A', 'AZN', '944', 'Азербайджанский манат', '973174741f58e080c2a649fd3ef186b3', 1, 47.9135, 47.9135, 47.9135, '2026-11-22', '2026-11-21', 10, '2026-11-22 00:00:00+00'),
 ('2026-11-22/R01035', 'R01035', 'GBP', '826', 'Фунт стерлингов Соединенного королевства', '011a86058350515817ef35761d54db7c', 1, 105.1552, 105.1552, 105.1552, '2026-11-22', '2026-11-21', 10, '2026-11-22 00:00:00+00'),
 ('2026-11-22/R01060', 'R01060', 'AMD', '051', 'Армянских драмов', '7483a752afdbee5db2cc2161812e9f93', 100, 18.8913, 0.188913, 0.188913, '2026-11-22', '2026-11-21', 10, '2026-11-22 00:00:00+00'),
 ('2026-11-22/R01090B', 'R01090B', 'BYN', '933', 'Белорусский рубль', 'cae1872074eecab0e77f7be734e5d767', 1, 30.6572, 30.6572, 30.6572, '2026-11-22', '2026-11-21', 10, '2026-11-22 00:00:00+00'),
 ('2026-11-21/R01010', 'R01010', 'AUD', '036', 'Австралийский доллар', '624074eed5c905fbe9988bb02a82d553', 1, 52.6971, 52.6971, 52.6971, '2026-11-21', '2026-11-21', 11, '2026-11-23 00:00:00+00'),
 ('2026-11-20/R01115', 'R01115', 'BRL', '986', 'Бразильский реал', '0f07c1f35362d112052afae1b51e9884', 1, 16.8671, 16.8671, 16.8671, '2026-11-20', '2026-11-20', 13, '2026-11-20 00:00:00+00');
INSERT INTO analytics.locations VALUES
 (5, 'Tarrowick Drift', 'Asteroid belt', 'Mirror strand', 'http://127.0.0.1:37655/api/location/5', '64079f72883e044911538ad68afceacb', 3, '["http://127.0.0.1:37655/api/character/88", "http://127.0.0.1:37655/api/character/165", "http://127.0.0.1:37655/api/character/780"]', '2017-11-12 03:06:30.293+00', 3, '2026-11-21 00:00:00+00'),
 (6, 'Nix Archive', 'Library', 'Fold K-13', 'http://127.0.0.1:37655/api/location/6', 'af8db7013299efe680ea77c710a6fe2f', 6, '["http://127.0.0.1:37655/api/character/6", "http://127.0.0.1:37655/api/character/134", "http://127.0.0.1:37655/api/character/192", "http://127.0.0.1:37655/api/character/301", "http://127.0.0.1:37655/api/character/437", "http://127.0.0.1:37655/api/character/802"]', '2017-11-12 11:41:14.331+00', 3, '2026-11-21 00:00:00+00'),
 (7, 'Quillmoor Under Glass', 'Bottled world', 'Fold A-7', 'http://127.0.0.1:37655/api/location/7', '419fc55f4988227585bb0d2eae49ee8a', 0, '[]', '2017-11-12 18:20:00.942+00', 3, '2026-11-21 00:00:00+00'),
 (8, 'Pinndor Asleep', 'Dream', 'Fold K-13', 'http://127.0.0.1:37655/api/location/8', '3e091018a7e7a681ceea7eb84bc00bcc', 3, '["http://127.0.0.1:37655/api/character/264", "http://127.0.0.1:37655/api/character/496", "http://127.0.0.1:37655/api/character/558"]', '2017-11-13 02:14:15.36+00', 3, '2026-11-21 00:00:00+00'),
 (9, 'Camberloo', 'Planet', 'Paper dimension', 'http://127.0.0.1:37655/api/location/9', '830459b7b88f26659ff3ce10e488cfae', 5, '["http://127.0.0.1:37655/api/character/68", "http://127.0.0.1:37655/api/character/340", "http://127.0.0.1:37655/api/character/565", "http://127.0.0.1:37655/api/character/687", "http://127.0.0.1:37655/api/character/743"]', '2017-11-13 09:43:20.35+00', 3, '2026-11-21 00:00:00+00'),
 (10, 'Saffrock Minor', 'Moon', 'Paper dimension', 'http://127.0.0.1:37655/api/location/10', '7bb4bf168695e00923dbc3e993a27fec', 2, '["http://127.0.0.1:37655/api/character/807", "http://127.0.0.1:37655/api/character/821"]', '2017-11-13 18:24:28.422+00', 3, '2026-11-21 00:00:00+00'),
 (11, 'Hexaway Station', 'Space station', 'Fold K-13', 'http://127.0.0.1:37655/api/location/11', 'cfad68f57a3ab8d1a595bb876a1663c7', 5, '["http://127.0.0.1:37655/api/character/219", "http://127.0.0.1:37655/api/character/312", "http://127.0.0.1:37655/api/character/435", "http://127.0.0.1:37655/api/character/596", "http://127.0.0.1:37655/api/character/634"]', '2017-11-14 00:44:07.331+00', 3, '2026-11-21 00:00:00+00'),
 (12, 'Zuvi Bazaar', 'Market', 'Paper dimension', 'http://127.0.0.1:37655/api/location/12', '761a0b8c5a37bb962b004698fc000c72', 7, '["http://127.0.0.1:37655/api/character/27", "http://127.0.0.1:37655/api/character/258", "http://127.0.0.1:37655/api/character/360", "http://127.0.0.1:37655/api/character/446", "http://127.0.0.1:37655/api/character/761", "http://127.0.0.1:37655/api/character/789", "http://127.0.0.1:37655/api/character/796"]', '2017-11-14 09:13:07.675+00', 3, '2026-11-21 00:00:00+00'),
 (13, 'Yarrowfen Springs', 'Resort', 'Fold K-13', 'http://127.0.0.1:37655/api/location/13', '3cec1b813f58a7ac7f33d797ca931b44', 4, '["http://127.0.0.1:37655/api/character/70", "http://127.0.0.1:37655/api/character/178", "http://127.0.0.1:37655/api/character/272", "http://127.0.0.1:37655/api/character/287"]', '2017-11-14 15:55:10.652+00', 3, '2026-11-21 00:00:00+00'),
 (14, 'Bravanta Drift', 'Asteroid belt', 'Fold K-12', 'http://127.0.0.1:37655/api/location/14', 'b839ea63e7adc38d1d8ae598b6aa871b', 5, '["http://127.0.0.1:37655/api/character/300", "http://127.0.0.1:37655/api/character/336", "http://127.0.0.1:37655/api/character/450", "http://127.0.0.1:37655/api/character/466", "http://127.0.0.1:37655/api/character/671"]', '2017-11-15 01:34:46.515+00', 3, '2026-11-21 00:00:00+00'),
 (15, 'Lumeg Archive', 'Library', 'Fold A-7', 'http://127.0.0.1:37655/api/location/15', '190ae1a3769f204858def08ba0d36297', 4, '["http://127.0.0.1:37655/api/character/253", "http://127.0.0.1:37655/api/character/585", "http://127.0.0.1:37655/api/character/649", "http://127.0.0.1:37655/api/character/784"]', '2017-11-15 07:14:34.666+00', 3, '2026-11-21 00:00:00+00'),
 (16, 'Camberloo Under Glass', 'Bottled world', 'Fold A-7', 'http://127.0.0.1:37655/api/location/16', 'fb4ce58e58e63e90df65ed051c4e4427', 5, '["http://127.0.0.1:37655/api/character/45", "http://127.0.0.1:37655/api/character/458", "http://127.0.0.1:37655/api/character/485", "http://127.0.0.1:37655/api/character/614", "http://127.0.0.1:37655/api/character/766"]', '2017-11-15 16:57:59.785+00', 3, '2026-11-21 00:00:00+00'),
 (17, 'Saffrock Asleep', 'Dream', 'Low-gravity strand', 'http://127.0.0.1:37655/api/location/17', 'b1e1bd63a88bd307fbc363104841b4ef', 6, '["http://127.0.0.1:37655/api/character/82", "http://127.0.0.1:37655/api/character/321", "http://127.0.0.1:37655/api/character/479", "http://127.0.0.1:37655/api/character/489", "http://127.0.0.1:37655/api/character/700", "http://127.0.0.1:37655/api/character/721"]', '2017-11-15 23:17:06.063+00', 3, '2026-11-21 00:00:00+00'),
 (18, 'Pinndor', 'Planet', 'Fold K-13', 'http://127.0.0.1:37655/api/location/18', 'a30200acdf613b47e1ccf74c5434d492', 0, '[]', '2017-11-16 06:06:35.15+00', 3, '2026-11-21 00:00:00+00'),
 (19, 'Oldgrin Minor', 'Moon', 'Low-gravity strand', 'http://127.0.0.1:37655/api/location/19', 'bfaae0e0658431fafa26b50a775c1f6e', 6, '["http://127.0.0.1:37655/api/character/156", "http://127.0.0.1:37655/api/character/231", "http://127.0.0.1:37655/api/character/415", "http://127.0.0.1:37655/api/character/680", "http://127.0.0.1:37655/api/character/737", "http://127.0.0.1:37655/api/character/754"]', '2017-11-16 15:16:36.303+00', 3, '2026-11-21 00:00:00+00'),
 (20, 'Drubble Station', 'Space station', 'Paper dimension', 'http://127.0.0.1:37655/api/location/20', '650856f14258895c75d2b340ce8ca723', 41, '["http://127.0.0.1:37655/api/character/43", "http://127.0.0.1:37655/api/character/65", "http://127.0.0.1:37655/api/character/72", "http://127.0.0.1:37655/api/character/99", "http://127.0.0.1:37655/api/character/123", "http://127.0.0.1:37655/api/character/126", "http://127.0.0.1:37655/api/character/148", "http://127.0.0.1:37655/api/character/152", "http://127.0.0.1:37655/api/character/181", "http://127.0.0.1:37655/api/character/190", "http://127.0.0.1:37655/api/character/202", "http://127.0.0.1:37655/api/character/204", "http://127.0.0.1:37655/api/character/210", "http://127.0.0.1:37655/api/character/240", "http://127.0.0.1:37655/api/character/249", "http://127.0.0.1:37655/api/character/273", "http://127.0.0.1:37655/api/character/319", "http://127.0.0.1:37655/api/character/348", "http://127.0.0.1:37655/api/character/376", "http://127.0.0.1:37655/api/character/384", "http://127.0.0.1:37655/api/character/386", "http://127.0.0.1:37655/api/character/402", "http://127.0.0.1:37655/api/character/428", "http://127.0.0.1:37655/api/character/447", "http://127.0.0.1:37655/api/character/449", "http://127.0.0.1:37655/api/character/553", "http://127.0.0.1:37655/api/character/594", "http://127.0.0.1:37655/api/character/621", "http://127.0.0.1:37655/api/character/624", "http://127.0.0.1:37655/api/character/648", "http://127.0.0.1:37655/api/character/663", "http://127.0.0.1:37655/api/character/668", "http://127.0.0.1:37655/api/character/679", "http://127.0.0.1:37655/api/character/692", "http://127.0.0.1:37655/api/character/702", "http://127.0.0.1:37655/api/character/703", "http://127.0.0.1:37655/api/character/718", "http://127.0.0.1:37655/api/character/736", "http://127.0.0.1:37655/api/character/748", "http://127.0.0.1:37655/api/character/758", "http://127.0.0.1:37655/api/character/801"]', '2017-11-16 23:23:20.712+00', 3, '2026-11-21 00:00:00+00'),
 (2, 'Oldgrin Station', 'Space station', 'Dimension of lost socks', 'http://127.0.0.1:37655/api/location/2', '9fc264adcf9b2535d338d50d607a27c9', 3, '["http://127.0.0.1:37655/api/character/23", "http://127.0.0.1:37655/api/character/146", "http://127.0.0.1:37655/api/character/410"]', '2017-11-11 04:40:39.134+00', 14, '2026-11-22 00:00:00+00'),
 (4, 'Ostrel Springs', 'Resort', 'Mirror strand', 'http://127.0.0.1:37655/api/location/4', '1ce00f41c638139870d9c32c2e0c2a90', 3, '["http://127.0.0.1:37655/api/character/32", "http://127.0.0.1:37655/api/character/52", "http://127.0.0.1:37655/api/character/338"]', '2017-11-11 20:46:01.826+00', 14, '2026-11-22 00:00:00+00'),
 (1, 'Pinndor Minor', 'Moon', 'Dimension of lost socks', 'http://127.0.0.1:37655/api/location/1', '6f66fa863307b60ea10cab182a92366d', 3, '["http://127.0.0.1:37655/api/character/141", "http://127.0.0.1:37655/api/character/203", "http://127.0.0.1:37655/api/character/733"]', '2017-11-10 21:23:14.845+00', 15, '2026-11-23 00:00:00+00'),
 (3, 'Drubble Bazaar', 'Market', 'unknown', 'http://127.0.0.1:37655/api/location/3', '2e10974c5c3e1a733ad64c25e7e3ae17', 3, '["http://127.0.0.1:37655/api/character/29", "http://127.0.0.1:37655/api/character/42", "http://127.0.0.1:37655/api/character/91"]', '2017-11-11 12:08:31.209+00', 15, '2026-11-23 00:00:00+00'),
 (9002, 'Pinndor Asleep', 'Dream', 'Fold K-13', 'http://127.0.0.1:37655/api/location/8', '30d89e84b5fe00c9763919dd3bc69c8e', 0, '[]', '2017-11-13 02:14:15.36+00', 17, '2026-11-22 00:00:00+00');
INSERT INTO analytics.rejected_exchange_rates VALUES
 (11, 2, 'cbr__exchange_rates', 'Value: not a number', '{"@ID": "R01020A", "Name": "Азербайджанский манат", "Value": "many", "Nominal": "1", "NumCode": "944", "CharCode": "AZN", "VunitRate": "47,9135", "asked_for": "21/11/2026", "document_date": "21.11.2026"}', '2026-11-23 00:00:00+00'),
 (11, 3, 'cbr__exchange_rates', 'Nominal: not positive', '{"@ID": "R01035", "Name": "Фунт стерлингов Соединенного королевства", "Value": "105,1552", "Nominal": "0", "NumCode": "826", "CharCode": "GBP", "VunitRate": "105,1552", "asked_for": "21/11/2026", "document_date": "21.11.2026"}', '2026-11-23 00:00:00+00');
INSERT INTO analytics.rejected_locations VALUES
 (15, 5, 'rickandmorty__locations', 'residents: not a list', '{"id": 9001, "name": "x", "residents": "none"}', '2026-11-23 00:00:00+00'),
 (16, 2, 'rickandmorty__locations', 'id: not an integer', '{"id": "one", "url": "http://127.0.0.1:37655/api/location/7", "name": "Quillmoor Under Glass", "type": "Bottled world", "created": "2017-11-12T18:20:00.942Z", "dimension": "Fold A-7", "residents": []}', '2026-11-20 00:00:00+00');
INSERT INTO analytics.rejected_records VALUES
 (7, 4, 'randomuser__users', 'login.uuid: not a uuid', '{"id": {"name": "CPF", "value": "693.219.029-33"}, "dob": {"age": 80, "date": "1946-03-27T19:46:09.693Z"}, "nat": "BR", "cell": "(35) 7301-5804", "name": {"last": "Jesus", "first": "Palmira", "title": "Miss"}, "email": "palmira.jesus@example.com", "login": {"uuid": "not one"}, "phone": "(82) 5987-6028", "gender": "female", "picture": {"large": "https://randomuser.me/api/portraits/women/3.jpg", "medium": "https://randomuser.me/api/portraits/med/women/3.jpg", "thumbnail": "https://randomuser.me/api/portraits/thumb/women/3.jpg"}, "location": {"city": "Joinville", "state": "Maranhão", "street": {"name": "Rua Santa Luzia", "number": 7141}, "country": "Brazil", "postcode": 77971, "timezone": {"offset": "+6:00", "description": "Almaty, Dhaka, Colombo"}, "coordinates": {"latitude": "27.9213", "longitude": "87.2374"}}, "registered": {"age": 23, "date": "2003-07-12T02:11:18.290Z"}}', '2026-11-24 00:00:00+00'),
 (7, 5, 'randomuser__users', 'login.uuid: missing', '{"gender": "female"}', '2026-11-24 00:00:00+00'),
 (7, 6, 'randomuser__users', 'record: not an object', '"a text"', '2026-11-24 00:00:00+00'),
 (7, 7, 'randomuser__users', 'dob.age: not an integer', '{"id": {"name": "UIDAI", "value": "507520299162"}, "dob": {"age": "old", "date": "1973-12-20T10:01:28.467Z"}, "nat": "IN", "cell": "8224300264", "name": {"last": "Hegde", "first": "Sneha", "title": "Miss"}, "email": "sneha.hegde@example.com", "login": {"md5": "9471fd6e324c3252920c849de0d17971", "salt": "sgc8AXnP", "sha1": "049c62eb31bed017715e8c0bb7b2879826d74815", "uuid": "00000000-0000-0000-0000-000000000004", "sha256": "ef71f4759c2c7e52e4ef10bdf7183033f491cd36b7a52d2114016294b950e5c7", "username": "purplepanda125"}, "phone": "7329747633", "gender": "female", "picture": {"large": "https://randomuser.me/api/portraits/women/16.jpg", "medium": "https://randomuser.me/api/portraits/med/women/16.jpg", "thumbnail": "https://randomuser.me/api/portraits/thumb/women/16.jpg"}, "location": {"city": "Ranchi", "state": "Tripura", "street": {"name": "Link Rd", "number": 7324}, "country": "India", "postcode": 53199, "timezone": {"offset": "-5:00", "description": "Eastern Time (US & Canada), Bogota, Lima"}, "coordinates": {"latitude": "-26.2894", "longitude": "-153.7103"}}, "registered": {"age": 10, "date": "2016-10-09T07:43:28.319Z"}}', '2026-11-24 00:00:00+00');
INSERT INTO analytics.top_locations VALUES
 (3, 'Drubble Bazaar', 'Market', 'unknown', 3, 3, '2026-11-23', 15, '2026-11-23 00:00:00+00'),
 (2, 'Oldgrin Station', 'Space station', 'Dimension of lost socks', 2, 3, '2026-11-23', 15, '2026-11-23 00:00:00+00'),
 (1, 'Pinndor Minor', 'Moon', 'Dimension of lost socks', 1, 3, '2026-11-23', 15, '2026-11-23 00:00:00+00'),
 (6, 'Nix Archive', 'Star', 'Fold K-13', 1, 3, '2026-11-20', 16, '2026-11-20 00:00:00+00'),
 (4, 'Ostrel Springs', 'Resort', 'Mirror strand', 3, 3, '2026-11-22', 17, '2026-11-22 00:00:00+00'),
 (3, 'Drubble Bazaar', 'Market', 'unknown', 2, 3, '2026-11-22', 17, '2026-11-22 00:00:00+00'),
 (2, 'Oldgrin Station', 'Space station', 'Dimension of lost socks', 1, 3, '2026-11-22', 17, '2026-11-22 00:00:00+00'),
 (4, 'Ostrel Springs', 'Resort', 'Mirror strand', 3, 7, '2026-11-21', 19, '2026-11-21 00:00:00+00'),
 (20, 'Drubble Station', 'Space station', 'Paper dimension', 2, 41, '2026-11-21', 19, '2026-11-21 00:00:00+00'),
 (3, 'Drubble Bazaar', 'Market', 'unknown', 1, 55, '2026-11-21', 19, '2026-11-21 00:00:00+00');
INSERT INTO analytics.users VALUES
 ('Inés', 'Caballero', 'Spain', 'crazycat868', 'sha256$JuibiBcJ$5fd718113b88143cf10e0f5048ab1f3862fe197649d89918764cedccb1b82f00', 'ines.caballero@example.com', '1df5a550-c3c6-4a9f-b96e-1ebb5cdea99c', '56244036-Q', 'DNI', 'female', 'Mrs', 'Calle del Barquillo', 'Mérida', 'Canarias', '71948', '-3:00', 'Brazil, Buenos Aires, Georgetown', '989-902-217', '658-194-081', 'https://randomuser.me/api/portraits/women/19.jpg', 'https://randomuser.me/api/portraits/med/women/19.jpg', 'https://randomuser.me/api/portraits/thumb/women/19.jpg', 'ES', 'f196287adc1e59bccdbec94588a6cd18', 7685, 20.3799, -81.6766, '1973-01-05 13:57:02.187+00', '2020-11-06 00:28:52.024+00', 1, '2026-11-21 00:00:00+00'),
 ('Sneha', 'Hegde', 'India', 'purplepanda125', 'sha256$sgc8AXnP$ef71f4759c2c7e52e4ef10bdf7183033f491cd36b7a52d2114016294b950e5c7', 'sneha.hegde@example.com', '22af3324-c37d-4bae-af79-2e78734da420', '507520299162', 'UIDAI', 'female', 'Miss', 'Link Rd', 'Ranchi', 'Tripura', '53199', '-5:00', 'Eastern Time (US & Canada), Bogota, Lima', '7329747633', '8224300264', 'https://randomuser.me/api/portraits/women/16.jpg', 'https://randomuser.me/api/portraits/med/women/16.jpg', 'https://randomuser.me/api/portraits/thumb/women/16.jpg', 'IN', 'fa08c81500923cd8c4a79b68b11b92fd', 7324, -26.2894, -153.7103, '1979-05-31 17:02:59.263+00', '2016-10-09 07:43:28.319+00', 1, '2026-11-21 00:00:00+00'),
 ('Palmira', 'Jesus', 'Brazil', 'tinywolf414', 'sha256$LpfzhccN$6511286b2894b18de3ac160a9c1e83cff3725bcc7399602f1abcfaf57a500f7e', 'palmira.jesus@example.com', '2dd49c1a-cf52-4a7c-9d88-7a283d2ab3f4', '693.219.029-33', 'CPF', 'female', 'Miss', 'Rua Santa Luzia', 'Joinville', 'Maranhão', '77971', '+6:00', 'Almaty, Dhaka, Colombo', '(82) 5987-6028', '(35) 7301-5804', 'https://randomuser.me/api/portraits/women/3.jpg', 'https://randomuser.me/api/portraits/med/women/3.jpg', 'https://randomuser.me/api/portraits/thumb/women/3.jpg', 'BR', '4eee6843d8b5903d92a0f8a7db5447e3', 7141, 27.9213, 87.2374, '1946-03-27 19:46:09.693+00', '2003-07-12 02:11:18.29+00', 1, '2026-11-21 00:00:00+00'),
 ('Hernán', 'Alcalá', 'Mexico', 'ticklishlion569', 'sha256$6LJkedzI$737448a972bae5ae491e8fe4b770d5adfa17894110d8e8b741a05db1d6995742', 'hernan.alcala@example.com', '4996917a-fe23-47b6-b4ad-7b137a2e1757', '37 43 79 6620 0', 'NSS', 'male', 'Mr', 'Diagonal Jalisco', 'Montañas Azules', 'Sonora', '46161', '+4:00', 'Abu Dhabi, Muscat, Baku, Tbilisi', '(693) 587 7094', '(664) 735 0309', 'https://randomuser.me/api/portraits/men/53.jpg', 'https://randomuser.me/api/portraits/med/men/53.jpg', 'https://randomuser.me/api/portraits/thumb/men/53.jpg', 'MX', '8883f3ecc602c4fb45e5dc876c21d686', 7492, -66.5514, 42.2415, '1995-10-28 20:35:26.694+00', '2020-05-16 05:16:25.627+00', 1, '2026-11-21 00:00:00+00'),
 ('Caoimhe', 'Cullen', 'Ireland', 'blueleopard429', 'sha256$sLvDwjLj$fdcedfadc9da089e4ce0608784baf53c054e0f2981e5135ed6d7823675dfd7cf', 'caoimhe.cullen@example.com', '6f9282bd-2d20-49de-bed6-d2239bfcb322', '7289516T', 'PPS', 'female', 'Ms', 'Jervis Street', 'Ardee', 'Dublin City', '15992', '+1:00', 'Brussels, Copenhagen, Madrid, Paris', '071-060-1399', '081-081-4037', 'https://randomuser.me/api/portraits/women/61.jpg', 'https://randomuser.me/api/portraits/med/women/61.jpg', 'https://randomuser.me/api/portraits/thumb/women/61.jpg', 'IE', 'ab3585b8f9a404e977d88751d3e9db1a', 6380, -21.2088, 112.4832, '1983-12-20 07:58:08.105+00', '2004-01-09 19:04:27.206+00', 1, '2026-11-21 00:00:00+00'),
 ('Luka', 'Koistinen', 'Finland', 'crazycat814', 'sha256$ezD4Sn7q$48a64f5ba76d2b1913a4a2023ec44fff11ace56119b4aa35d60f93fcd9e5a36f', 'luka.koistinen@example.com', '987897e0-6d66-4724-8662-44ca3b85bca1', '030672-7119', 'HETU', 'male', 'Mr', 'Pispalan valtatie', 'Espoo', 'Kymenlaakso', '82688', '+9:00', 'Tokyo, Seoul, Osaka, Sapporo, Yakutsk', '08-249-593', '043-677-63-83', 'https://randomuser.me/api/portraits/men/17.jpg', 'https://randomuser.me/api/portraits/med/men/17.jpg', 'https://randomuser.me/api/portraits/thumb/men/17.jpg', 'FI', '288e1e1a3960b267113cb8c7f2f3584b', 2552, -45.0877, 90.2526, '1972-06-03 08:31:08.039+00', '2003-12-11 01:49:07.524+00', 1, '2026-11-21 00:00:00+00'),
 ('Ярина', 'Назаренко', 'Ukraine', 'purplemouse685', 'sha256$vMNNMSRk$2627e78975a723e834a75d401e3e2169b7b453df76d8114b64ed0b9b3d73a84f', 'yarina.nazarenko@example.com', 'be7f3460-800a-40e0-b384-1adc66a65717', NULL, '', 'female', 'Miss', 'Провулок Тихий', 'Дніпро', 'Сумська', '75183', '-8:00', 'Pacific Time (US & Canada)', '(066) K51-1956', '(096) L12-1826', 'https://randomuser.me/api/portraits/women/72.jpg', 'https://randomuser.me/api/portraits/med/women/72.jpg', 'https://randomuser.me/api/portraits/thumb/women/72.jpg', 'UA', '5dac27061776e4dac8b998933b73e186', 8010, 33.8982, 74.1194, '1986-02-18 09:13:05.971+00', '2020-11-25 10:03:10.69+00', 1, '2026-11-21 00:00:00+00'),
 ('Şeyma', 'Çankaya', 'Turkey', 'whitefish560', 'sha256$abUBnmvV$691f9374d68783b70cb505fd3d50bf1ec98923dc83744eec73f1ae8fec114e39', 'seyma.cankaya@example.com', 'c1a1814a-b280-4ee3-ad37-84dda74639f8', NULL, '', 'female', 'Mrs', 'İnönü Cd', 'Tekirdağ', 'Kilis', '50228', '+5:30', 'Bombay, Calcutta, Madras, New Delhi', '(629)-069-7504', '(275)-771-2369', 'https://randomuser.me/api/portraits/women/49.jpg', 'https://randomuser.me/api/portraits/med/women/49.jpg', 'https://randomuser.me/api/portraits/thumb/women/49.jpg', 'TR', '40c6a5b79c369af5d4057bbe91001f45', 4504, 83.4260, -88.8972, '1994-02-11 04:03:37.015+00', '2018-07-28 02:13:53.184+00', 1, '2026-11-21 00:00:00+00'),
 ('Sneha', 'Hegde', 'India', 'purplepanda125', 'sha256$sgc8AXnP$ef71f4759c2c7e52e4ef10bdf7183033f491cd36b7a52d2114016294b950e5c7', 'sneha.hegde@example.com', '00000000-0000-0000-0000-000000000002', '507520299162', 'UIDAI', 'female', 'Miss', 'Link Rd', 'Ranchi', 'Tripura', '53199', '-5:00', 'Eastern Time (US & Canada), Bogota, Lima', '7329747633', '8224300264', 'https://randomuser.me/api/portraits/women/16.jpg', 'https://randomuser.me/api/portraits/med/women/16.jpg', 'https://randomuser.me/api/portraits/thumb/women/16.jpg', 'IN', '163a45d316fd2d4ad4ebfca29025d55e', 7324, -26.2894, -153.7103, '1979-05-31 17:02:59.263+00', '2016-10-09 07:43:28.319+00', 4, '2026-11-22 00:00:00+00'),
 ('Crystal', 'Burns', 'United States', 'smallduck656', 'sha256$jmhhUvRj$cbc8b694237714f2711fd4e8d2f5a6bf01e3d984e862d25974c4bc4f0857dbcc', 'crystal.burns@example.com', 'f6f34df3-542d-43d2-b908-3aa96922e95f', '588-12-6454', 'SSN', 'female', 'Mrs', 'Locust Rd', 'Utica', 'Washington', '88132', '+3:30', 'Tehran', '(291) 623-4272', '(492) 370-0059', 'https://randomuser.me/api/portraits/women/93.jpg', 'https://randomuser.me/api/portraits/med/women/93.jpg', 'https://randomuser.me/api/portraits/thumb/women/93.jpg', 'US', '1dfb02ec4d2096b598b4968abcbf1524', 2296, -28.9919, 82.6115, '1980-02-27 10:08:16.322+00', '2013-12-04 00:22:13.25+00', 5, '2026-11-23 00:00:00+00'),
 ('Daniel', 'Taylor', 'New Zealand', 'happyswan687', 'sha256$hhfnNGuE$d5e53512375522956ab834f0a2fe858fcbac2b0c66e49f97cc4df43e72e1aa34', 'bob@example.com', 'c79c7d6f-dd5d-4aaa-b570-14e5572f21d2', NULL, '', 'male', 'Mr', 'Manukau Road', 'Tauranga', 'Hawke''s Bay', '93526', '+4:00', 'Abu Dhabi, Muscat, Baku, Tbilisi', '(532)-866-1147', '(689)-268-4242', 'https://randomuser.me/api/portraits/men/99.jpg', 'https://randomuser.me/api/portraits/med/men/99.jpg', 'https://randomuser.me/api/portraits/thumb/men/99.jpg', 'NZ', 'b0568659d6fb6c608af08d5eb726abd6', 550, 9.2686, -157.0178, '1976-10-13 09:23:55.035+00', '2002-06-02 22:10:50.63+00', 5, '2026-11-23 00:00:00+00'),
 ('𝔘نا🙂', '’', 'India', 'purplepanda125', 'sha256$sgc8AXnP$ef71f4759c2c7e52e4ef10bdf7183033f491cd36b7a52d2114016294b950e5c7', 'sneha.hegde@example.com', '00000000-0000-0000-0000-000000000003', '507520299162', 'UIDAI', 'female', 'Ms', 'Link Rd', 'Ranchi', 'Tripura', '53199', '-5:00', 'Eastern Time (US & Canada), Bogota, Lima', '7329747633', '8224300264', 'https://randomuser.me/api/portraits/women/16.jpg', 'https://randomuser.me/api/portraits/med/women/16.jpg', 'https://randomuser.me/api/portraits/thumb/women/16.jpg', 'IN', '62e14092e8460c8383d6f8762fac35da', 7324, -26.2894, -153.7103, '1979-05-31 17:02:59.263+00', '2016-10-09 07:43:28.319+00', 6, '2026-11-20 00:00:00+00'),
 ('Mustafa', 'İnan', 'Turkey', 'yellowcat254', 'sha256$pxpJ2VAQ$28b1fad071825227e97c7853f474add0081024de4fd7cd82378be0d97c4014ee', 'mustafa.inan@example.com', '1ee459e9-abcc-4465-83d5-a500adbdfaab', NULL, '', 'male', 'Mr', 'Atatürk Sk', 'Bingöl', 'Edirne', '49859', '+7:00', 'Bangkok, Hanoi, Jakarta', '2', '(425)-877-6718', 'https://randomuser.me/api/portraits/men/22.jpg', 'https://randomuser.me/api/portraits/med/men/22.jpg', 'https://randomuser.me/api/portraits/thumb/men/22.jpg', 'TR', '10c89503a5a39e09dcdcac7db1572c21', 1132, -20.5662, 33.2141, '1953-04-15 04:22:49.205+00', '2021-05-03 14:01:20.065+00', 7, '2026-11-24 00:00:00+00'),
 ('Palmira', 'da Rocha', 'Brazil', 'heavysnake776', 'sha256$Xplg4mw3$ac0dd31743e82bb8b5350e330223eead851c73b9317674555793178d8a94c89a', 'palmira.darocha@example.com', '7e4d47ff-4832-471a-bde4-d3d0fb3e9e22', '267.245.528-16', 'CPF', 'female', 'Mrs', 'Rua das Flores', 'Blumenau', 'Paraíba', '85607', '+8:00', 'Beijing, Perth, Singapore, Hong Kong', '(89) 7390-3623', '0', 'https://randomuser.me/api/portraits/women/63.jpg', 'https://randomuser.me/api/portraits/med/women/63.jpg', 'https://randomuser.me/api/portraits/thumb/women/63.jpg', 'BR', 'e857342c5f83b4225d7890bcd41cd51b', 2054, 24.6931, 58.9258, '1966-10-21 16:14:40.81+00', '2005-05-19 02:38:20.575+00', 8, '2026-11-22 00:00:00+00'),
 ('Sneha', 'Hegde', 'India', 'purplepanda125', 'sha256$sgc8AXnP$ef71f4759c2c7e52e4ef10bdf7183033f491cd36b7a52d2114016294b950e5c7', 'sneha.hegde@example.com', '00000000-0000-0000-0000-000000000005', '507520299162', 'UIDAI', 'female', 'Miss', 'Link Rd', 'Ranchi', 'Tripura', '53199', '-5:00', 'Eastern Time (US & Canada), Bogota, Lima', '7329747633', '8224300264', 'https://randomuser.me/api/portraits/women/16.jpg', 'https://randomuser.me/api/portraits/med/women/16.jpg', 'https://randomuser.me/api/portraits/thumb/women/16.jpg', 'IN', '2c777b15964908307bad8224f6dd12d8', 7324, -26.2894, -153.7103, '1979-05-31 17:02:59.263+00', '2016-10-09 07:43:28.319+00', 8, '2026-11-22 00:00:00+00');
INSERT INTO analytics.users_by_country VALUES
 ('BR', 'Brazil', 'South America', 'South America', 2, 2, 0, '2003-07-12 02:11:18.29+00', '2005-05-19 02:38:20.575+00'),
 ('ES', 'Spain', 'Southern Europe', 'Europe', 1, 1, 0, '2020-11-06 00:28:52.024+00', '2020-11-06 00:28:52.024+00'),
 ('FI', 'Finland', 'Northern Europe', 'Europe', 1, 0, 1, '2003-12-11 01:49:07.524+00', '2003-12-11 01:49:07.524+00'),
 ('UA', 'Ukraine', 'Eastern Europe', 'Europe', 1, 1, 0, '2020-11-25 10:03:10.69+00', '2020-11-25 10:03:10.69+00'),
 ('NZ', 'New Zealand', 'Australia and New Zealand', 'Oceania', 1, 0, 1, '2002-06-02 22:10:50.63+00', '2002-06-02 22:10:50.63+00'),
 ('TR', 'Türkiye', 'Western Asia', 'Asia', 2, 1, 1, '2018-07-28 02:13:53.184+00', '2021-05-03 14:01:20.065+00'),
 ('IE', 'Ireland', 'Northern Europe', 'Europe', 1, 1, 0, '2004-01-09 19:04:27.206+00', '2004-01-09 19:04:27.206+00'),
 ('MX', 'Mexico', 'Central America', 'North America', 1, 0, 1, '2020-05-16 05:16:25.627+00', '2020-05-16 05:16:25.627+00'),
 ('US', 'United States', 'Northern America', 'North America', 1, 1, 0, '2013-12-04 00:22:13.25+00', '2013-12-04 00:22:13.25+00'),
 ('IN', 'India', 'Southern Asia', 'Asia', 4, 4, 0, '2016-10-09 07:43:28.319+00', '2016-10-09 07:43:28.319+00');
INSERT INTO ops.dbt_results VALUES
 ('user_processing', 'manual__2026-11-30T19:16:43.337556+00:00', 'transform.countries.seed', 1, 'e6d95a7b-c1a6-4c1b-a516-d1fe3264a49a', 'seed.elt.countries', 'success', 21, 0.6206951141357422, NULL, '2026-11-30 19:16:51.325271+00', NULL),
 ('user_processing', 'manual__2026-11-30T19:16:43.337556+00:00', 'transform.stg_randomuser__users.run', 1, '2ef8ae39-0cf3-4758-aaf7-524c05f7c9d0', 'model.elt.stg_randomuser__users', 'success', NULL, 0.7735681533813477, NULL, '2026-11-30 19:16:54.626439+00', NULL),
 ('user_processing', 'manual__2026-11-30T19:16:43.337556+00:00', 'transform.countries.test', 1, '0948d90c-0a60-45b5-bb66-0691e76c026b', 'test.elt.not_null_countries_continent.b9109a3c46', 'pass', NULL, 1.0036816596984863, 0, '2026-11-30 19:17:00.093923+00', NULL),
 ('user_processing', 'manual__2026-11-30T19:16:43.337556+00:00', 'transform.countries.test', 1, '0948d90c-0a60-45b5-bb66-0691e76c026b', 'test.elt.not_null_countries_nationality.b3bb85c9f3', 'pass', NULL, 0.790529727935791, 0, '2026-11-30 19:17:00.093923+00', NULL),
 ('user_processing', 'manual__2026-11-30T19:16:43.337556+00:00', 'transform.countries.test', 1, '0948d90c-0a60-45b5-bb66-0691e76c026b', 'test.elt.not_null_countries_region.1665931758', 'pass', NULL, 0.9069640636444092, 0, '2026-11-30 19:17:00.093923+00', NULL),
 ('user_processing', 'manual__2026-11-30T19:16:43.337556+00:00', 'transform.countries.test', 1, '0948d90c-0a60-45b5-bb66-0691e76c026b', 'test.elt.not_null_countries_country_name.e781f5406d', 'pass', NULL, 1.2631680965423584, 0, '2026-11-30 19:17:00.093923+00', NULL),
 ('user_processing', 'manual__2026-11-30T19:16:43.337556+00:00', 'transform.countries.test', 1, '0948d90c-0a60-45b5-bb66-0691e76c026b', 'test.elt.unique_countries_nationality.ce6c1a4974', 'pass', NULL, 0.8125526905059814, 0, '2026-11-30 19:17:00.093923+00', NULL),
 ('user_processing', 'manual__2026-11-30T19:16:43.337556+00:00', 'transform.stg_randomuser__users.test', 1, '1538a301-6011-4de8-80d2-4d48ce33df1c', 'test.elt.not_null_stg_randomuser__users_load_id.572ff81b2b', 'pass', NULL, 0.3213026523590088, 0, '2026-11-30 19:17:04.540488+00', NULL),
 ('user_processing', 'manual__2026-11-30T19:16:43.337556+00:00', 'transform.stg_randomuser__users.test', 1, '1538a301-6011-4de8-80d2-4d48ce33df1c', 'test.elt.not_null_stg_randomuser__users_record_no.6b8d6f3c72', 'pass', NULL, 0.3530571460723877, 0, '2026-11-30 19:17:04.540488+00', NULL),
 ('user_processing', 'manual__2026-11-30T19:16:43.337556+00:00', 'transform.stg_randomuser__users.test', 1, '1538a301-6011-4de8-80d2-4d48ce33df1c', 'test.elt.unique_together_stg_randomuser__users_load_id__record_no.fb30fde9fa', 'pass', NULL, 0.3535280227661133, 0, '2026-11-30 19:17:04.540488+00', NULL),
 ('user_processing', 'manual__2026-11-30T19:16:43.337556+00:00', 'transform.rejected_records.run', 1, '53e89178-668d-49e6-9774-0f2d857b6278', 'model.elt.rejected_records', 'success', 0, 0.9276082515716553, NULL, '2026-11-30 19:17:09.813355+00', NULL),
 ('user_processing', 'manual__2026-11-30T19:16:43.337556+00:00', 'transform.users.run', 1, 'e12c9b2f-1c18-4d4d-a710-b5e0f106133d', 'model.elt.users', 'success', 12, 0.3972761631011963, NULL, '2026-11-30 19:17:14.613661+00', NULL),
 ('user_processing', 'manual__2026-11-30T19:16:43.337556+00:00', 'transform.users.test', 1, '60a5df9a-69a0-4f06-8e77-7e824e8b8dc1', 'test.elt.assert_users_row_hash_is_of_its_content', 'pass', NULL, 0.39265012741088867, 0, '2026-11-30 19:17:20.739424+00', NULL),
 ('user_processing', 'manual__2026-11-30T19:16:43.337556+00:00', 'transform.users.test', 1, '60a5df9a-69a0-4f06-8e77-7e824e8b8dc1', 'test.elt.not_null_users_load_id.a5b1ef8a6e', 'pass', NULL, 0.3681454658508301, 0, '2026-11-30 19:17:20.739424+00', NULL),
 ('user_processing', 'manual__2026-11-30T19:16:43.337556+00:00', 'transform.users.test', 1, '60a5df9a-69a0-4f06-8e77-7e824e8b8dc1', 'test.elt.accepted_values_users_gender__female__male.f31d278614', 'pass', NULL, 0.4549694061279297, 0, '2026-11-30 19:17:20.739424+00', NULL),
 ('user_processing', 'manual__2026-11-30T19:16:43.337556+00:00', 'transform.users.test', 1, '60a5df9a-69a0-4f06-8e77-7e824e8b8dc1', 'test.elt.not_null_users_load_period.2c93d1b83f', 'pass', NULL, 0.3670217990875244, 0, '2026-11-30 19:17:20.739424+00', NULL),
 ('user_processing', 'manual__2026-11-30T19:16:43.337556+00:00', 'transform.users.test', 1, '60a5df9a-69a0-4f06-8e77-7e824e8b8dc1', 'test.elt.not_null_users_row_hash.274037dcd6', 'pass', NULL, 0.4947090148925781, 0, '2026-11-30 19:17:20.739424+00', NULL),
 ('user_processing', 'manual__2026-11-30T19:16:43.337556+00:00', 'transform.users.test', 1, '60a5df9a-69a0-4f06-8e77-7e824e8b8dc1', 'test.elt.not_null_users_user_id.fa10ab166c', 'pass', NULL, 0.4916515350341797, 0, '2026-11-30 19:17:20.739424+00', NULL),
 ('user_processing', 'manual__2026-11-30T19:16:43.337556+00:00', 'transform.users.test', 1, '60a5df9a-69a0-4f06-8e77-7e824e8b8dc1', 'test.elt.not_null_users_nationality.34d4b1ab6a', 'pass', NULL, 0.5846073627471924, 0, '2026-11-30 19:17:20.739424+00', NULL),
 ('user_processing', 'manual__2026-11-30T19:16:43.337556+00:00', 'transform.users.test', 1, '60a5df9a-69a0-4f06-8e77-7e824e8b8dc1', 'test.elt.of_loaded_period_users_load_period__randomuser__users.d029dd30ba', 'pass', NULL, 1.1247165203094482, 0, '2026-11-30 19:17:20.739424+00', NULL),
 ('user_processing', 'manual__2026-11-30T19:16:43.337556+00:00', 'transform.users.test', 1, '60a5df9a-69a0-4f06-8e77-7e824e8b8dc1', 'test.elt.unique_users_user_id.dff2f1fba5', 'pass', NULL, 0.7455630302429199, 0, '2026-11-30 19:17:20.739424+00', NULL),
 ('user_processing', 'manual__2026-11-30T19:16:43.337556+00:00', 'transform.rejected_records.test', 1, '3e868956-9062-459e-a85d-e81538ce174c', 'test.elt.not_null_rejected_records_load_id.5d4c8f58c3', 'pass', NULL, 0.42611098289489746, 0, '2026-11-30 19:17:25.680707+00', NULL),
 ('user_processing', 'manual__2026-11-30T19:16:43.337556+00:00', 'transform.rejected_records.test', 1, '3e868956-9062-459e-a85d-e81538ce174c', 'test.elt.not_null_rejected_records_record_no.c37424146a', 'pass', NULL, 0.41115522384643555, 0, '2026-11-30 19:17:25.680707+00', NULL),
 ('user_processing', 'manual__2026-11-30T19:16:43.337556+00:00', 'transform.rejected_records.test', 1, '3e868956-9062-459e-a85d-e81538ce174c', 'test.elt.not_null_rejected_records_rejection_reason.2b3ac3af4e', 'pass', NULL, 0.40164709091186523, 0, '2026-11-30 19:17:25.680707+00', NULL),
 ('user_processing', 'manual__2026-11-30T19:16:43.337556+00:00', 'transform.rejected_records.test', 1, '3e868956-9062-459e-a85d-e81538ce174c', 'test.elt.unique_together_rejected_records_load_id__record_no.fd49ab69e7', 'pass', NULL, 0.4716465473175049, 0, '2026-11-30 19:17:25.680707+00', NULL),
 ('user_processing', 'manual__2026-11-30T19:16:43.337556+00:00', 'transform.users_by_country.run', 1, 'a228238f-6160-4d39-a22b-6cba29b3cd49', 'model.elt.users_by_country', 'success', 10, 0.23284554481506348, NULL, '2026-11-30 19:17:30.738986+00', NULL),
 ('user_processing', 'manual__2026-11-30T19:16:43.337556+00:00', 'transform.users_by_country.test', 1, '5fc393fc-1c3b-4c60-a8ca-ee663242feb5', 'test.elt.unique_users_by_country_nationality.a2866c50a4', 'pass', NULL, 0.16629862785339355, 0, '2026-11-30 19:17:34.302703+00', NULL),
 ('user_processing', 'manual__2026-11-30T19:16:43.337556+00:00', 'transform.users_by_country.test', 1, '5fc393fc-1c3b-4c60-a8ca-ee663242feb5', 'test.elt.not_null_users_by_country_country_name.cdb4f495d0', 'pass', NULL, 0.37738847732543945, 0, '2026-11-30 19:17:34.302703+00', NULL),
 ('user_processing', 'manual__2026-11-30T19:16:43.337556+00:00', 'transform.users_by_country.test', 1, '5fc393fc-1c3b-4c60-a8ca-ee663242feb5', 'test.elt.not_null_users_by_country_users.2fc7dc2e99', 'pass', NULL, 0.24873876571655273, 0, '2026-11-30 19:17:34.302703+00', NULL),
 ('user_processing', 'manual__2026-11-30T19:16:43.337556+00:00', 'transform.users_by_country.test', 1, '5fc393fc-1c3b-4c60-a8ca-ee663242feb5', 'test.elt.not_null_users_by_country_nationality.d9006c6577', 'pass', NULL, 0.4215507507324219, 0, '2026-11-30 19:17:34.302703+00', NULL),
 ('exchange_rates', 'manual__2026-11-30T19:18:01.766627+00:00', 'transform.stg_cbr__exchange_rates.run', 2, 'fabb9f56-3948-4677-98c6-4cd7d0e049cd', 'model.elt.stg_cbr__exchange_rates', 'success', NULL, 0.5780589580535889, NULL, '2026-11-30 19:18:08.240316+00', NULL),
 ('exchange_rates', 'manual__2026-11-30T19:18:01.766627+00:00', 'transform.stg_cbr__exchange_rates.test', 2, '6b071e06-4029-4b5c-b4cf-b29c94eddc47', 'test.elt.unique_together_stg_cbr__exchange_rates_load_id__record_no.66c9b643e8', 'pass', NULL, 0.8895366191864014, 0, '2026-11-30 19:18:11.854284+00', NULL),
 ('exchange_rates', 'manual__2026-11-30T19:18:01.766627+00:00', 'transform.stg_cbr__exchange_rates.test', 2, '6b071e06-4029-4b5c-b4cf-b29c94eddc47', 'test.elt.not_null_stg_cbr__exchange_rates_record_no.4da5926751', 'pass', NULL, 0.8962290287017822, 0, '2026-11-30 19:18:11.854284+00', NULL),
 ('exchange_rates', 'manual__2026-11-30T19:18:01.766627+00:00', 'transform.stg_cbr__exchange_rates.test', 2, '6b071e06-4029-4b5c-b4cf-b29c94eddc47', 'test.elt.not_null_stg_cbr__exchange_rates_load_id.c740d1dd8d', 'pass', NULL, 0.9307248592376709, 0, '2026-11-30 19:18:11.854284+00', NULL),
 ('exchange_rates', 'manual__2026-11-30T19:18:01.766627+00:00', 'transform.exchange_rates.run', 2, 'fb99bc5f-84bb-4638-815e-e0c6d46661d4', 'model.elt.exchange_rates', 'success', 42, 1.018359899520874, NULL, '2026-11-30 19:18:15.860892+00', NULL),
 ('exchange_rates', 'manual__2026-11-30T19:18:01.766627+00:00', 'transform.rejected_exchange_rates.run', 2, '0b61f0fe-7ff1-42a0-8364-186e305c04c2', 'model.elt.rejected_exchange_rates', 'success', 0, 0.3669145107269287, NULL, '2026-11-30 19:18:20.311292+00', NULL),
 ('exchange_rates', 'manual__2026-11-30T19:18:01.766627+00:00', 'transform.exchange_rates.test', 2, 'a7093d7d-12b6-46b0-9a31-73408807dde2', 'test.elt.not_null_exchange_rates_currency_code.7c2666953b', 'pass', NULL, 0.2155299186706543, 0, '2026-11-30 19:18:24.386798+00', NULL),
 ('exchange_rates', 'manual__2026-11-30T19:18:01.766627+00:00', 'transform.exchange_rates.test', 2, 'a7093d7d-12b6-46b0-9a31-73408807dde2', 'test.elt.exchange_rates_document_is_not_of_a_later_day.943a7f443b', 'pass', NULL, 0.24316763877868652, 0, '2026-11-30 19:18:24.386798+00', NULL),
 ('exchange_rates', 'manual__2026-11-30T19:18:01.766627+00:00', 'transform.exchange_rates.test', 2, 'a7093d7d-12b6-46b0-9a31-73408807dde2', 'test.elt.not_null_exchange_rates_currency_id.d31b230016', 'pass', NULL, 0.18196797370910645, 0, '2026-11-30 19:18:24.386798+00', NULL),
 ('exchange_rates', 'manual__2026-11-30T19:18:01.766627+00:00', 'transform.exchange_rates.test', 2, 'a7093d7d-12b6-46b0-9a31-73408807dde2', 'test.elt.exchange_rates_agrees_with_the_rate_per_unit_as_sent.af08f66c4b', 'pass', NULL, 0.25839757919311523, 0, '2026-11-30 19:18:24.386798+00', NULL),
 ('exchange_rates', 'manual__2026-11-30T19:18:01.766627+00:00', 'transform.exchange_rates.test', 2, 'a7093d7d-12b6-46b0-9a31-73408807dde2', 'test.elt.not_null_exchange_rates_document_date.26524359bc', 'pass', NULL, 0.20481181144714355, 0, '2026-11-30 19:18:24.386798+00', NULL),
 ('exchange_rates', 'manual__2026-11-30T19:18:01.766627+00:00', 'transform.exchange_rates.test', 2, 'a7093d7d-12b6-46b0-9a31-73408807dde2', 'test.elt.not_null_exchange_rates_exchange_rate_id.8d22bb4fa4', 'pass', NULL, 0.21328496932983398, 0, '2026-11-30 19:18:24.386798+00', NULL),
 ('exchange_rates', 'manual__2026-11-30T19:18:01.766627+00:00', 'transform.exchange_rates.test', 2, 'a7093d7d-12b6-46b0-9a31-73408807dde2', 'test.elt.not_null_exchange_rates_load_period.ec6f637cba', 'pass', NULL, 0.39786410331726074, 0, '2026-11-30 19:18:24.386798+00', NULL),
 ('exchange_rates', 'manual__2026-11-30T19:18:01.766627+00:00', 'transform.exchange_rates.test', 2, 'a7093d7d-12b6-46b0-9a31-73408807dde2', 'test.elt.not_null_exchange_rates_load_id.a74285c41b', 'pass', NULL, 0.39464235305786133, 0, '2026-11-30 19:18:24.386798+00', NULL),
 ('exchange_rates', 'manual__2026-11-30T19:18:01.766627+00:00', 'transform.exchange_rates.test', 2, 'a7093d7d-12b6-46b0-9a31-73408807dde2', 'test.elt.not_null_exchange_rates_nominal.ae8869c77e', 'pass', NULL, 0.3981781005859375, 0, '2026-11-30 19:18:24.386798+00', NULL),
 ('exchange_rates', 'manual__2026-11-30T19:18:01.766627+00:00', 'transform.exchange_rates.test', 2, 'a7093d7d-12b6-46b0-9a31-73408807dde2', 'test.elt.not_null_exchange_rates_rate_date.6cb3c25188', 'pass', NULL, 0.42445826530456543, 0, '2026-11-30 19:18:24.386798+00', NULL),
 ('exchange_rates', 'manual__2026-11-30T19:18:01.766627+00:00', 'transform.exchange_rates.test', 2, 'a7093d7d-12b6-46b0-9a31-73408807dde2', 'test.elt.not_null_exchange_rates_rate_per_unit.b2b3b328e7', 'pass', NULL, 0.27427148818969727, 0, '2026-11-30 19:18:24.386798+00', NULL),
 ('exchange_rates', 'manual__2026-11-30T19:18:01.766627+00:00', 'transform.exchange_rates.test', 2, 'a7093d7d-12b6-46b0-9a31-73408807dde2', 'test.elt.not_null_exchange_rates_row_hash.3f9e141695', 'pass', NULL, 0.2328176498413086, 0, '2026-11-30 19:18:24.386798+00', NULL),
 ('exchange_rates', 'manual__2026-11-30T19:18:01.766627+00:00', 'transform.exchange_rates.test', 2, 'a7093d7d-12b6-46b0-9a31-73408807dde2', 'test.elt.not_null_exchange_rates_value.d692ea6be3', 'pass', NULL, 0.2678534984588623, 0, '2026-11-30 19:18:24.386798+00', NULL),
 ('exchange_rates', 'manual__2026-11-30T19:18:01.766627+00:00', 'transform.exchange_rates.test', 2, 'a7093d7d-12b6-46b0-9a31-73408807dde2', 'test.elt.unique_exchange_rates_exchange_rate_id.ab51b24f69', 'pass', NULL, 0.1643660068511963, 0, '2026-11-30 19:18:24.386798+00', NULL),
 ('exchange_rates', 'manual__2026-11-30T19:18:01.766627+00:00', 'transform.exchange_rates.test', 2, 'a7093d7d-12b6-46b0-9a31-73408807dde2', 'test.elt.row_hash_of_exchange_rates_row_hash__currency_id__currency_code__currency_number__currency_name__nominal__value__unit_rate_sent___date_rate_date____date_document_date_.a655af8763', 'pass', NULL, 0.16975617408752441, 0, '2026-11-30 19:18:24.386798+00', NULL),
 ('exchange_rates', 'manual__2026-11-30T19:18:01.766627+00:00', 'transform.exchange_rates.test', 2, 'a7093d7d-12b6-46b0-9a31-73408807dde2', 'test.elt.of_loaded_period_exchange_rates_load_period__cbr__exchange_rates.94bdd14963', 'pass', NULL, 0.3080747127532959, 0, '2026-11-30 19:18:24.386798+00', NULL),
 ('exchange_rates', 'manual__2026-11-30T19:18:01.766627+00:00', 'transform.exchange_rates.test', 2, 'a7093d7d-12b6-46b0-9a31-73408807dde2', 'test.elt.unique_together_exchange_rates_rate_date__currency_code.256edcab33', 'pass', NULL, 0.12391519546508789, 0, '2026-11-30 19:18:24.386798+00', NULL),
 ('exchange_rates', 'manual__2026-11-30T19:18:01.766627+00:00', 'transform.rejected_exchange_rates.test', 2, '7b61b520-ef4f-487c-8625-6a082ca610f1', 'test.elt.not_null_rejected_exchange_rates_record_no.ad195d89da', 'pass', NULL, 0.25939464569091797, 0, '2026-11-30 19:18:27.086328+00', NULL),
 ('exchange_rates', 'manual__2026-11-30T19:18:01.766627+00:00', 'transform.rejected_exchange_rates.test', 2, '7b61b520-ef4f-487c-8625-6a082ca610f1', 'test.elt.unique_together_rejected_exchange_rates_load_id__record_no.9f249db08f', 'pass', NULL, 0.21770453453063965, 0, '2026-11-30 19:18:27.086328+00', NULL),
 ('exchange_rates', 'manual__2026-11-30T19:18:01.766627+00:00', 'transform.rejected_exchange_rates.test', 2, '7b61b520-ef4f-487c-8625-6a082ca610f1', 'test.elt.not_null_rejected_exchange_rates_rejection_reason.981b7086af', 'pass', NULL, 0.22366881370544434, 0, '2026-11-30 19:18:27.086328+00', NULL),
 ('exchange_rates', 'manual__2026-11-30T19:18:01.766627+00:00', 'transform.rejected_exchange_rates.test', 2, '7b61b520-ef4f-487c-8625-6a082ca610f1', 'test.elt.not_null_rejected_exchange_rates_load_id.0ac667fc74', 'pass', NULL, 0.2900972366333008, 0, '2026-11-30 19:18:27.086328+00', NULL),
 ('locations', 'manual__2026-11-30T19:18:51.601692+00:00', 'transform.stg_rickandmorty__locations.run', 3, 'bfb4dc09-ff16-4507-b460-d439a19215b5', 'model.elt.stg_rickandmorty__locations', 'success', NULL, 0.43291640281677246, NULL, '2026-11-30 19:18:58.607612+00', NULL),
 ('locations', 'manual__2026-11-30T19:18:51.601692+00:00', 'transform.stg_rickandmorty__locations.test', 3, '3d5cdf5e-4ffb-43a7-866d-5d856857ca1a', 'test.elt.unique_together_stg_rickandmorty__locations_load_id__record_no.6411455a87', 'pass', NULL, 0.4264373779296875, 0, '2026-11-30 19:19:01.466882+00', NULL),
 ('locations', 'manual__2026-11-30T19:18:51.601692+00:00', 'transform.stg_rickandmorty__locations.test', 3, '3d5cdf5e-4ffb-43a7-866d-5d856857ca1a', 'test.elt.not_null_stg_rickandmorty__locations_record_no.55d0c33bb9', 'pass', NULL, 0.44316625595092773, 0, '2026-11-30 19:19:01.466882+00', NULL),
 ('locations', 'manual__2026-11-30T19:18:51.601692+00:00', 'transform.stg_rickandmorty__locations.test', 3, '3d5cdf5e-4ffb-43a7-866d-5d856857ca1a', 'test.elt.not_null_stg_rickandmorty__locations_load_id.23803a2be1', 'pass', NULL, 0.46326160430908203, 0, '2026-11-30 19:19:01.466882+00', NULL),
 ('locations', 'manual__2026-11-30T19:18:51.601692+00:00', 'transform.top_locations.run', 3, 'd07208c3-8784-417d-8cf0-d903392cbcd3', 'model.elt.top_locations', 'success', 3, 0.3586604595184326, NULL, '2026-11-30 19:19:04.368917+00', NULL),
 ('locations', 'manual__2026-11-30T19:18:51.601692+00:00', 'transform.rejected_locations.run', 3, 'ff466f6d-5620-4aab-b9d5-363673af5239', 'model.elt.rejected_locations', 'success', 0, 0.41243743896484375, NULL, '2026-11-30 19:19:07.533789+00', NULL),
 ('locations', 'manual__2026-11-30T19:18:51.601692+00:00', 'transform.locations.run', 3, '54465cce-df3e-4733-bd37-0f21e474e534', 'model.elt.locations', 'success', 126, 0.3505527973175049, NULL, '2026-11-30 19:19:10.310732+00', NULL),
 ('locations', 'manual__2026-11-30T19:18:51.601692+00:00', 'transform.top_locations.test', 3, '21a9fde8-f6ff-4810-8258-0ba6edf73d88', 'test.elt.not_null_top_locations_load_period.830d04d4cf', 'pass', NULL, 0.23586654663085938, 0, '2026-11-30 19:19:15.407307+00', NULL),
 ('locations', 'manual__2026-11-30T19:18:51.601692+00:00', 'transform.top_locations.test', 3, '21a9fde8-f6ff-4810-8258-0ba6edf73d88', 'test.elt.accepted_values_top_locations_place__False__1__2__3.3c23c74372', 'pass', NULL, 0.3173694610595703, 0, '2026-11-30 19:19:15.407307+00', NULL),
 ('locations', 'manual__2026-11-30T19:18:51.601692+00:00', 'transform.top_locations.test', 3, '21a9fde8-f6ff-4810-8258-0ba6edf73d88', 'test.elt.not_null_top_locations_day.56987f1ef0', 'pass', NULL, 0.31167149543762207, 0, '2026-11-30 19:19:15.407307+00', NULL),
 ('locations', 'manual__2026-11-30T19:18:51.601692+00:00', 'transform.top_locations.test', 3, '21a9fde8-f6ff-4810-8258-0ba6edf73d88', 'test.elt.not_null_top_locations_load_id.66be8d5d74', 'pass', NULL, 0.33492302894592285, 0, '2026-11-30 19:19:15.407307+00', NULL),
 ('locations', 'manual__2026-11-30T19:18:51.601692+00:00', 'transform.top_locations.test', 3, '21a9fde8-f6ff-4810-8258-0ba6edf73d88', 'test.elt.not_null_top_locations_location_id.ffb41f9274', 'pass', NULL, 0.262117862701416, 0, '2026-11-30 19:19:15.407307+00', NULL),
 ('locations', 'manual__2026-11-30T19:18:51.601692+00:00', 'transform.top_locations.test', 3, '21a9fde8-f6ff-4810-8258-0ba6edf73d88', 'test.elt.not_null_top_locations_place.79bb532c0f', 'pass', NULL, 0.1982574462890625, 0, '2026-11-30 19:19:15.407307+00', NULL),
 ('locations', 'manual__2026-11-30T19:18:51.601692+00:00', 'transform.top_locations.test', 3, '21a9fde8-f6ff-4810-8258-0ba6edf73d88', 'test.elt.not_null_top_locations_resident_count.c3b2f2777f', 'pass', NULL, 0.4380040168762207, 0, '2026-11-30 19:19:15.407307+00', NULL),
 ('locations', 'manual__2026-11-30T19:18:51.601692+00:00', 'transform.top_locations.test', 3, '21a9fde8-f6ff-4810-8258-0ba6edf73d88', 'test.elt.of_loaded_period_top_locations_load_period__rickandmorty__locations.fae7f8ba82', 'pass', NULL, 0.4877188205718994, 0, '2026-11-30 19:19:15.407307+00', NULL),
 ('locations', 'manual__2026-11-30T19:18:51.601692+00:00', 'transform.top_locations.test', 3, '21a9fde8-f6ff-4810-8258-0ba6edf73d88', 'test.elt.unique_together_top_locations_day__location_id.49f0dabb37', 'pass', NULL, 0.4157140254974365, 0, '2026-11-30 19:19:15.407307+00', NULL),
 ('locations', 'manual__2026-11-30T19:18:51.601692+00:00', 'transform.top_locations.test', 3, '21a9fde8-f6ff-4810-8258-0ba6edf73d88', 'test.elt.unique_together_top_locations_day__place.3d5ab88755', 'pass', NULL, 0.39597654342651367, 0, '2026-11-30 19:19:15.407307+00', NULL),
 ('locations', 'manual__2026-11-30T19:18:51.601692+00:00', 'transform.rejected_locations.test', 3, '97441946-128c-422f-855d-40ab69cb7e25', 'test.elt.not_null_rejected_locations_load_id.c64a648a8e', 'pass', NULL, 0.7229735851287842, 0, '2026-11-30 19:19:19.765985+00', NULL),
 ('locations', 'manual__2026-11-30T19:18:51.601692+00:00', 'transform.rejected_locations.test', 3, '97441946-128c-422f-855d-40ab69cb7e25', 'test.elt.not_null_rejected_locations_rejection_reason.904fcd2a8c', 'pass', NULL, 0.6962203979492188, 0, '2026-11-30 19:19:19.765985+00', NULL),
 ('locations', 'manual__2026-11-30T19:18:51.601692+00:00', 'transform.rejected_locations.test', 3, '97441946-128c-422f-855d-40ab69cb7e25', 'test.elt.not_null_rejected_locations_record_no.81168ae9b8', 'pass', NULL, 0.7388525009155273, 0, '2026-11-30 19:19:19.765985+00', NULL),
 ('locations', 'manual__2026-11-30T19:18:51.601692+00:00', 'transform.rejected_locations.test', 3, '97441946-128c-422f-855d-40ab69cb7e25', 'test.elt.unique_together_rejected_locations_load_id__record_no.6c5c103dd0', 'pass', NULL, 0.6864547729492188, 0, '2026-11-30 19:19:19.765985+00', NULL),
 ('locations', 'manual__2026-11-30T19:18:51.601692+00:00', 'transform.locations.test', 3, '4b113d66-b49a-497d-bc7b-8fbef0dcc8e7', 'test.elt.not_null_locations_location_id.7cc3d904c1', 'pass', NULL, 0.30240869522094727, 0, '2026-11-30 19:19:24.221613+00', NULL),
 ('locations', 'manual__2026-11-30T19:18:51.601692+00:00', 'transform.locations.test', 3, '4b113d66-b49a-497d-bc7b-8fbef0dcc8e7', 'test.elt.not_null_locations_load_period.0426fce3ba', 'pass', NULL, 0.43758678436279297, 0, '2026-11-30 19:19:24.221613+00', NULL),
 ('locations', 'manual__2026-11-30T19:18:51.601692+00:00', 'transform.locations.test', 3, '4b113d66-b49a-497d-bc7b-8fbef0dcc8e7', 'test.elt.not_null_locations_load_id.a8b8a45770', 'pass', NULL, 0.49369049072265625, 0, '2026-11-30 19:19:24.221613+00', NULL),
 ('locations', 'manual__2026-11-30T19:18:51.601692+00:00', 'transform.locations.test', 3, '4b113d66-b49a-497d-bc7b-8fbef0dcc8e7', 'test.elt.not_null_locations_resident_count.87aa416041', 'pass', NULL, 0.4377145767211914, 0, '2026-11-30 19:19:24.221613+00', NULL),
 ('locations', 'manual__2026-11-30T19:18:51.601692+00:00', 'transform.locations.test', 3, '4b113d66-b49a-497d-bc7b-8fbef0dcc8e7', 'test.elt.not_null_locations_row_hash.5deb69f4d4', 'pass', NULL, 0.23695969581604004, 0, '2026-11-30 19:19:24.221613+00', NULL),
 ('locations', 'manual__2026-11-30T19:18:51.601692+00:00', 'transform.locations.test', 3, '4b113d66-b49a-497d-bc7b-8fbef0dcc8e7', 'test.elt.of_loaded_period_locations_load_period__rickandmorty__locations.6441a574a3', 'pass', NULL, 0.30225205421447754, 0, '2026-11-30 19:19:24.221613+00', NULL),
 ('locations', 'manual__2026-11-30T19:18:51.601692+00:00', 'transform.locations.test', 3, '4b113d66-b49a-497d-bc7b-8fbef0dcc8e7', 'test.elt.unique_locations_location_id.3d912557dd', 'pass', NULL, 0.25509142875671387, 0, '2026-11-30 19:19:24.221613+00', NULL),
 ('locations', 'manual__2026-11-30T19:18:51.601692+00:00', 'transform.locations.test', 3, '4b113d66-b49a-497d-bc7b-8fbef0dcc8e7', 'test.elt.row_hash_of_locations_row_hash__location_id__name__location_type__dimension__url__residents___at_created_at_.ff3bf6853b', 'pass', NULL, 0.28589820861816406, 0, '2026-11-30 19:19:24.221613+00', NULL);
INSERT INTO ops.model_loads VALUES
 ('analytics.rejected_records', 1, 'randomuser__users', '53e89178-668d-49e6-9774-0f2d857b6278', 0, false, '2026-11-21 00:00:00+00', '2026-11-30 19:17:08.985766+00'),
 ('analytics.users', 1, 'randomuser__users', 'e12c9b2f-1c18-4d4d-a710-b5e0f106133d', 0, false, '2026-11-21 00:00:00+00', '2026-11-30 19:17:14.310791+00'),
 ('analytics.exchange_rates', 2, 'cbr__exchange_rates', 'fb99bc5f-84bb-4638-815e-e0c6d46661d4', 0, false, '2026-11-21 00:00:00+00', '2026-11-30 19:18:15.039864+00'),
 ('analytics.rejected_exchange_rates', 2, 'cbr__exchange_rates', '0b61f0fe-7ff1-42a0-8364-186e305c04c2', 0, false, '2026-11-21 00:00:00+00', '2026-11-30 19:18:19.980129+00'),
 ('analytics.rejected_records', 5, 'randomuser__users', 'd25e768a-341d-4272-9263-9b5399de9e02', 0, false, '2026-11-23 00:00:00+00', '2026-11-30 19:26:09.223871+00'),
 ('analytics.users', 5, 'randomuser__users', 'd25e768a-341d-4272-9263-9b5399de9e02', 2, false, '2026-11-23 00:00:00+00', '2026-11-30 19:26:09.205345+00'),
 ('analytics.rejected_records', 6, 'randomuser__users', '65211a19-bd8b-43df-9421-49d1baff638c', 0, false, '2026-11-20 00:00:00+00', '2026-11-30 19:26:25.160121+00'),
 ('analytics.users', 6, 'randomuser__users', '65211a19-bd8b-43df-9421-49d1baff638c', 0, false, '2026-11-20 00:00:00+00', '2026-11-30 19:26:25.195815+00'),
 ('analytics.rejected_records', 7, 'randomuser__users', '28dc9c13-730c-4462-aade-217e1a032c25', 0, false, '2026-11-24 00:00:00+00', '2026-11-30 19:26:42.60439+00'),
 ('analytics.users', 7, 'randomuser__users', '28dc9c13-730c-4462-aade-217e1a032c25', 1, false, '2026-11-24 00:00:00+00', '2026-11-30 19:26:42.651817+00'),
 ('analytics.top_locations', 17, 'rickandmorty__locations', '6364d710-3544-4490-9fa9-b5860cc0e8c4', 0, false, '2026-11-22 00:00:00+00', '2026-11-30 19:30:29.859932+00'),
 ('analytics.rejected_records', 8, 'randomuser__users', 'c9489877-dcb6-41f3-ad06-fb9cf0fe15d0', 0, false, '2026-11-22 00:00:00+00', '2026-11-30 19:27:09.461846+00'),
 ('analytics.users', 8, 'randomuser__users', 'c9489877-dcb6-41f3-ad06-fb9cf0fe15d0', 1, false, '2026-11-22 00:00:00+00', '2026-11-30 19:27:09.411775+00'),
 ('analytics.rejected_records', 9, 'randomuser__users', 'eca60e1f-39e9-4d53-863e-f0c9478fa99a', 0, false, '2026-11-25 00:00:00+00', '2026-11-30 19:27:33.565466+00'),
 ('analytics.users', 9, 'randomuser__users', 'eca60e1f-39e9-4d53-863e-f0c9478fa99a', 0, false, '2026-11-25 00:00:00+00', '2026-11-30 19:27:33.606486+00'),
 ('analytics.rejected_locations', 17, 'rickandmorty__locations', '6364d710-3544-4490-9fa9-b5860cc0e8c4', 0, false, '2026-11-22 00:00:00+00', '2026-11-30 19:30:29.899849+00'),
 ('analytics.rejected_exchange_rates', 11, 'cbr__exchange_rates', '06dc4c5b-16aa-4b5e-aebb-3f3889076bfe', 0, false, '2026-11-23 00:00:00+00', '2026-11-30 19:28:18.211805+00'),
 ('analytics.exchange_rates', 11, 'cbr__exchange_rates', '06dc4c5b-16aa-4b5e-aebb-3f3889076bfe', 1, false, '2026-11-23 00:00:00+00', '2026-11-30 19:28:18.212548+00'),
 ('analytics.rejected_exchange_rates', 12, 'cbr__exchange_rates', '2e5cda45-bea6-48d5-8836-4ec9b6c03642', 0, false, '2026-11-22 00:00:00+00', '2026-11-30 19:28:36.432336+00'),
 ('analytics.locations', 17, 'rickandmorty__locations', '6364d710-3544-4490-9fa9-b5860cc0e8c4', 0, false, '2026-11-22 00:00:00+00', '2026-11-30 19:30:29.994578+00'),
 ('analytics.exchange_rates', 12, 'cbr__exchange_rates', '2e5cda45-bea6-48d5-8836-4ec9b6c03642', 0, false, '2026-11-22 00:00:00+00', '2026-11-30 19:28:36.435855+00'),
 ('analytics.rejected_exchange_rates', 13, 'cbr__exchange_rates', '893daf63-4a41-4183-8789-adaf28a6684d', 0, false, '2026-11-20 00:00:00+00', '2026-11-30 19:29:00.471762+00'),
 ('analytics.exchange_rates', 13, 'cbr__exchange_rates', '893daf63-4a41-4183-8789-adaf28a6684d', 0, false, '2026-11-20 00:00:00+00', '2026-11-30 19:29:00.527822+00'),
 ('analytics.rejected_locations', 15, 'rickandmorty__locations', '304b9539-abf6-44d5-b3a6-bbd86b9b5eab', 0, false, '2026-11-23 00:00:00+00', '2026-11-30 19:29:35.407802+00'),
 ('analytics.top_locations', 15, 'rickandmorty__locations', '304b9539-abf6-44d5-b3a6-bbd86b9b5eab', 0, false, '2026-11-23 00:00:00+00', '2026-11-30 19:29:35.436615+00'),
 ('analytics.locations', 15, 'rickandmorty__locations', '304b9539-abf6-44d5-b3a6-bbd86b9b5eab', 2, false, '2026-11-23 00:00:00+00', '2026-11-30 19:29:35.442712+00'),
 ('analytics.rejected_locations', 16, 'rickandmorty__locations', '86c60c23-910f-4007-a798-68b72c040972', 0, false, '2026-11-20 00:00:00+00', '2026-11-30 19:30:04.256474+00'),
 ('analytics.top_locations', 16, 'rickandmorty__locations', '86c60c23-910f-4007-a798-68b72c040972', 0, false, '2026-11-20 00:00:00+00', '2026-11-30 19:30:04.232042+00'),
 ('analytics.locations', 16, 'rickandmorty__locations', '86c60c23-910f-4007-a798-68b72c040972', 0, false, '2026-11-20 00:00:00+00', '2026-11-30 19:30:04.290717+00'),
 ('analytics.rejected_locations', 18, 'rickandmorty__locations', '3a7a6fab-da4a-4bb9-b071-97297a46511c', 0, false, '2026-11-24 00:00:00+00', '2026-11-30 19:31:06.107417+00'),
 ('analytics.top_locations', 18, 'rickandmorty__locations', '3a7a6fab-da4a-4bb9-b071-97297a46511c', 0, false, '2026-11-24 00:00:00+00', '2026-11-30 19:31:06.107162+00'),
 ('analytics.locations', 18, 'rickandmorty__locations', '3a7a6fab-da4a-4bb9-b071-97297a46511c', 0, false, '2026-11-24 00:00:00+00', '2026-11-30 19:31:06.198287+00'),
 ('analytics.top_locations', 19, 'rickandmorty__locations', 'c5aa3edd-b905-442d-9a0e-5ab7dfcef6b9', 0, false, '2026-11-21 00:00:00+00', '2026-11-30 19:34:40.428056+00'),
 ('analytics.rejected_locations', 19, 'rickandmorty__locations', 'c5aa3edd-b905-442d-9a0e-5ab7dfcef6b9', 0, false, '2026-11-21 00:00:00+00', '2026-11-30 19:34:40.431792+00'),
 ('analytics.locations', 19, 'rickandmorty__locations', 'c5aa3edd-b905-442d-9a0e-5ab7dfcef6b9', 0, false, '2026-11-21 00:00:00+00', '2026-11-30 19:34:40.397523+00');
INSERT INTO raw.cbr__exchange_rates VALUES
 (2, 1, '{"@ID": "R01010", "Name": "Австралийский доллар", "Value": "52,6971", "Nominal": "1", "NumCode": "036", "CharCode": "AUD", "VunitRate": "52,6971", "asked_for": "21/11/2026", "document_date": "21.11.2026"}'),
 (2, 2, '{"@ID": "R01020A", "Name": "Азербайджанский манат", "Value": "47,9135", "Nominal": "1", "NumCode": "944", "CharCode": "AZN", "VunitRate": "47,9135", "asked_for": "21/11/2026", "document_date": "21.11.2026"}'),
 (2, 3, '{"@ID": "R01035", "Name": "Фунт стерлингов Соединенного королевства", "Value": "105,1552", "Nominal": "1", "NumCode": "826", "CharCode": "GBP", "VunitRate": "105,1552", "asked_for": "21/11/2026", "document_date": "21.11.2026"}'),
 (2, 4, '{"@ID": "R01060", "Name": "Армянских драмов", "Value": "18,8913", "Nominal": "100", "NumCode": "051", "CharCode": "AMD", "VunitRate": "0,188913", "asked_for": "21/11/2026", "document_date": "21.11.2026"}'),
 (2, 5, '{"@ID": "R01090B", "Name": "Белорусский рубль", "Value": "30,6572", "Nominal": "1", "NumCode": "933", "CharCode": "BYN", "VunitRate": "30,6572", "asked_for": "21/11/2026", "document_date": "21.11.2026"}'),
 (2, 6, '{"@ID": "R01115", "Name": "Бразильский реал", "Value": "16,8671", "Nominal": "1", "NumCode": "986", "CharCode": "BRL", "VunitRate": "16,8671", "asked_for": "21/11/2026", "document_date": "21.11.2026"}'),
 (2, 7, '{"@ID": "R01135", "Name": "Венгерских форинтов", "Value": "22,7074", "Nominal": "100", "NumCode": "348", "CharCode": "HUF", "VunitRate": "0,227074", "asked_for": "21/11/2026", "document_date": "21.11.2026"}'),
 (2, 8, '{"@ID": "R01150", "Name": "Вьетнамских донгов", "Value": "32,5087", "Nominal": "10000", "NumCode": "704", "CharCode": "VND", "VunitRate": "0,00325087", "asked_for": "21/11/2026", "document_date": "21.11.2026"}'),
 (2, 9, '{"@ID": "R01200", "Name": "Гонконгский доллар", "Value": "10,2671", "Nominal": "1", "NumCode": "344", "CharCode": "HKD", "VunitRate": "10,2671", "asked_for": "21/11/2026", "document_date": "21.11.2026"}'),
 (2, 10, '{"@ID": "R01210", "Name": "Грузинский лари", "Value": "32,1819", "Nominal": "1", "NumCode": "981", "CharCode": "GEL", "VunitRate": "32,1819", "asked_for": "21/11/2026", "document_date": "21.11.2026"}'),
 (2, 11, '{"@ID": "R01215", "Name": "Датская крона", "Value": "13,2600", "Nominal": "1", "NumCode": "208", "CharCode": "DKK", "VunitRate": "13,26", "asked_for": "21/11/2026", "document_date": "21.11.2026"}'),
 (2, 12, '{"@ID": "R01230", "Name": "Дирхам ОАЭ", "Value": "23,1642", "Nominal": "1", "NumCode": "784", "CharCode": "AED", "VunitRate": "23,1642", "asked_for": "21/11/2026", "document_date": "21.11.2026"}'),
 (2, 13, '{"@ID": "R01235", "Name": "Доллар США", "Value": "89,7705", "Nominal": "1", "NumCode": "840", "CharCode": "USD", "VunitRate": "89,7705", "asked_for": "21/11/2026", "document_date": "21.11.2026"}'),
 (2, 14, '{"@ID": "R01239", "Name": "Евро", "Value": "93,5105", "Nominal": "1", "NumCode": "978", "CharCode": "EUR", "VunitRate": "93,5105", "asked_for": "21/11/2026", "document_date": "21.11.2026"}'),
 (2, 15, '{"@ID": "R01240", "Name": "Египетских фунтов", "Value": "22,6347", "Nominal": "10", "NumCode": "818", "CharCode": "EGP", "VunitRate": "2,26347", "asked_for": "21/11/2026", "document_date": "21.11.2026"}'),
 (2, 16, '{"@ID": "R01270", "Name": "Индийских рупий", "Value": "9,8452", "Nominal": "10", "NumCode": "356", "CharCode": "INR", "VunitRate": "0,98452", "asked_for": "21/11/2026", "document_date": "21.11.2026"}'),
 (2, 17, '{"@ID": "R01280", "Name": "Индонезийских рупий", "Value": "52,4504", "Nominal": "10000", "NumCode": "360", "CharCode": "IDR", "VunitRate": "0,00524504", "asked_for": "21/11/2026", "document_date": "21.11.2026"}'),
 (2, 18, '{"@ID": "R01335", "Name": "Казахстанских тенге", "Value": "19,1237", "Nominal": "100", "NumCode": "398", "CharCode": "KZT", "VunitRate": "0,191237", "asked_for": "21/11/2026", "document_date": "21.11.2026"}'),
 (2, 19, '{"@ID": "R01350", "Name": "Канадский доллар", "Value": "60,9523", "Nominal": "1", "NumCode": "124", "CharCode": "CAD", "VunitRate": "60,9523", "asked_for": "21/11/2026", "document_date": "21.11.2026"}'),
 (2, 20, '{"@ID": "R01355", "Name": "Катарский риал", "Value": "21,7675", "Nominal": "1", "NumCode": "634", "CharCode": "QAR", "VunitRate": "21,7675", "asked_for": "21/11/2026", "document_date": "21.11.2026"}'),
 (2, 21, '{"@ID": "R01370", "Name": "Киргизских сомов", "Value": "10,2221", "Nominal": "10", "NumCode": "417", "CharCode": "KGS", "VunitRate": "1,02221", "asked_for": "21/11/2026", "document_date": "21.11.2026"}'),
 (2, 22, '{"@ID": "R01375", "Name": "Китайский юань", "Value": "11,8221", "Nominal": "1", "NumCode": "156", "CharCode": "CNY", "VunitRate": "11,8221", "asked_for": "21/11/2026", "document_date": "21.11.2026"}'),
 (2, 23, '{"@ID": "R01500", "Name": "Молдавских леев", "Value": "43,2413", "Nominal": "10", "NumCode": "498", "CharCode": "MDL", "VunitRate": "4,32413", "asked_for": "21/11/2026", "document_date": "21.11.2026"}'),
 (2, 24, '{"@ID": "R01530", "Name": "Новозеландский доллар", "Value": "54,7886", "Nominal": "1", "NumCode": "554", "CharCode": "NZD", "VunitRate": "54,7886", "asked_for": "21/11/2026", "document_date": "21.11.2026"}'),
 (2, 25, '{"@ID": "R01535", "Name": "Норвежских крон", "Value": "87,9040", "Nominal": "10", "NumCode": "578", "CharCode": "NOK", "VunitRate": "8,7904", "asked_for": "21/11/2026", "document_date": "21.11.2026"}'),
 (2, 26, '{"@ID": "R01565", "Name": "Польский злотый", "Value": "20,8383", "Nominal": "1", "NumCode": "985", "CharCode": "PLN", "VunitRate": "20,8383", "asked_for": "21/11/2026", "document_date": "21.11.2026"}'),
 (2, 27, '{"@ID": "R01585F", "Name": "Румынский лей", "Value": "19,8332", "Nominal": "1", "NumCode": "946", "CharCode": "RON", "VunitRate": "19,8332", "asked_for": "21/11/2026", "document_date": "21.11.2026"}'),
 (2, 28, '{"@ID": "R01589", "Name": "СДР (специальные права заимствования)", "Value": "115,2494", "Nominal": "1", "NumCode": "960", "CharCode": "XDR", "VunitRate": "115,2494", "asked_for": "21/11/2026", "document_date": "21.11.2026"}'),
 (2, 29, '{"@ID": "R01625", "Name": "Сингапурский доллар", "Value": "56,9967", "Nominal": "1", "NumCode": "702", "CharCode": "SGD", "VunitRate": "56,9967", "asked_for": "21/11/2026", "document_date": "21.11.2026"}'),
 (2, 30, '{"@ID": "R01670", "Name": "Таджикских сомони", "Value": "79,8058", "Nominal": "10", "NumCode": "972", "CharCode": "TJS", "VunitRate": "7,98058", "asked_for": "21/11/2026", "document_date": "21.11.2026"}'),
 (2, 31, '{"@ID": "R01675", "Name": "Таиландских батов", "Value": "24,4618", "Nominal": "10", "NumCode": "764", "CharCode": "THB", "VunitRate": "2,44618", "asked_for": "21/11/2026", "document_date": "21.11.2026"}'),
 (2, 32, '{"@ID": "R01700J", "Name": "Турецких лир", "Value": "61,5950", "Nominal": "10", "NumCode": "949", "CharCode": "TRY", "VunitRate": "6,1595", "asked_for": "21/11/2026", "document_date": "21.11.2026"}'),
 (2, 33, '{"@ID": "R01710A", "Name": "Новый туркменский манат", "Value": "22,3308", "Nominal": "1", "NumCode": "934", "CharCode": "TMT", "VunitRate": "22,3308", "asked_for": "21/11/2026", "document_date": "21.11.2026"}'),
 (2, 34, '{"@ID": "R01717", "Name": "Узбекских сумов", "Value": "73,4856", "Nominal": "10000", "NumCode": "860", "CharCode": "UZS", "VunitRate": "0,00734856", "asked_for": "21/11/2026", "document_date": "21.11.2026"}'),
 (2, 35, '{"@ID": "R01720", "Name": "Украинских гривен", "Value": "25,5816", "Nominal": "10", "NumCode": "980", "CharCode": "UAH", "VunitRate": "2,55816", "asked_for": "21/11/2026", "document_date": "21.11.2026"}'),
 (2, 36, '{"@ID": "R01760", "Name": "Чешских крон", "Value": "35,3424", "Nominal": "10", "NumCode": "203", "CharCode": "CZK", "VunitRate": "3,53424", "asked_for": "21/11/2026", "document_date": "21.11.2026"}'),
 (2, 37, '{"@ID": "R01770", "Name": "Шведских крон", "Value": "93,9972", "Nominal": "10", "NumCode": "752", "CharCode": "SEK", "VunitRate": "9,39972", "asked_for": "21/11/2026", "document_date": "21.11.2026"}'),
 (2, 38, '{"@ID": "R01775", "Name": "Швейцарский франк", "Value": "95,0480", "Nominal": "1", "NumCode": "756", "CharCode": "CHF", "VunitRate": "95,048", "asked_for": "21/11/2026", "document_date": "21.11.2026"}'),
 (2, 39, '{"@ID": "R01805F", "Name": "Сербских динаров", "Value": "83,2375", "Nominal": "100", "NumCode": "941", "CharCode": "RSD", "VunitRate": "0,832375", "asked_for": "21/11/2026", "document_date": "21.11.2026"}'),
 (2, 40, '{"@ID": "R01810", "Name": "Южноафриканских рэндов", "Value": "48,7199", "Nominal": "10", "NumCode": "710", "CharCode": "ZAR", "VunitRate": "4,87199", "asked_for": "21/11/2026", "document_date": "21.11.2026"}'),
 (2, 41, '{"@ID": "R01815", "Name": "Вон Республики Корея", "Value": "61,5999", "Nominal": "1000", "NumCode": "410", "CharCode": "KRW", "VunitRate": "0,0615999", "asked_for": "21/11/2026", "document_date": "21.11.2026"}'),
 (2, 42, '{"@ID": "R01820", "Name": "Японских иен", "Value": "60,4317", "Nominal": "100", "NumCode": "392", "CharCode": "JPY", "VunitRate": "0,604317", "asked_for": "21/11/2026", "document_date": "21.11.2026"}'),
 (11, 1, '{"@ID": "R01010", "Name": "Австралийский доллар", "Value": "52,6971", "Nominal": "1", "NumCode": "036", "CharCode": "AUD", "VunitRate": "52,6971", "asked_for": "21/11/2026", "document_date": "21.11.2026"}'),
 (11, 2, '{"@ID": "R01020A", "Name": "Азербайджанский манат", "Value": "many", "Nominal": "1", "NumCode": "944", "CharCode": "AZN", "VunitRate": "47,9135", "asked_for": "21/11/2026", "document_date": "21.11.2026"}'),
 (11, 3, '{"@ID": "R01035", "Name": "Фунт стерлингов Соединенного королевства", "Value": "105,1552", "Nominal": "0", "NumCode": "826", "CharCode": "GBP", "VunitRate": "105,1552", "asked_for": "21/11/2026", "document_date": "21.11.2026"}'),
 (12, 1, '{"@ID": "R01020A", "Name": "Азербайджанский манат", "Value": "47,9135", "Nominal": "1", "NumCode": "944", "CharCode": "AZN", "VunitRate": "47,9135", "asked_for": "22/11/2026", "document_date": "21.11.2026"}'),
 (12, 2, '{"@ID": "R01035", "Name": "Фунт стерлингов Соединенного королевства", "Value": "105,1552", "Nominal": "1", "NumCode": "826", "CharCode": "GBP", "VunitRate": "105,1552", "asked_for": "22/11/2026", "document_date": "21.11.2026"}'),
 (12, 3, '{"@ID": "R01060", "Name": "Армянских драмов", "Value": "18,8913", "Nominal": "100", "NumCode": "051", "CharCode": "AMD", "VunitRate": "0,188913", "asked_for": "22/11/2026", "document_date": "21.11.2026"}'),
 (12, 4, '{"@ID": "R01090B", "Name": "Белорусский рубль", "Value": "30,6572", "Nominal": "1", "NumCode": "933", "CharCode": "BYN", "VunitRate": "30,6572", "asked_for": "22/11/2026", "document_date": "21.11.2026"}'),
 (12, 5, '{"@ID": "R01010", "Name": "Австралийский доллар", "Value": "2,5", "Nominal": "1", "NumCode": "036", "CharCode": "AUD", "VunitRate": "52,6971", "asked_for": "21/11/2026", "document_date": "21.11.2026"}'),
 (13, 1, '{"@ID": "R01020A", "Name": "Азербайджанский манат", "Value": "7", "Nominal": "1", "NumCode": "944", "CharCode": "AZN", "VunitRate": "47,9135", "asked_for": "21/11/2026", "document_date": "21.11.2026"}'),
 (13, 2, '{"@ID": "R01115", "Name": "Бразильский реал", "Value": "16,8671", "Nominal": "1", "NumCode": "986", "CharCode": "BRL", "VunitRate": "16,8671", "asked_for": "20/11/2026", "document_date": "20.11.2026"}');
INSERT INTO raw.loads VALUES
 (1, 'randomuser__users', 'user_processing', 'manual__2026-11-30T19:16:43.337556+00:00', 'http://127.0.0.1:37655/api/1.4/?seed=2026-11-21', 'sha256:b59b1b0fe6f4da13292bea75825b3213ae79ddb692bd5845271fd6eb625d0d20', 1, 12, 12736, '2026-11-21 00:00:00+00', '2026-11-30 19:16:45.478069+00', '2026-11-30 19:16:45.492837+00', '2026-11-30 19:16:45.532111+00', NULL, ''),
 (2, 'cbr__exchange_rates', 'exchange_rates', 'manual__2026-11-30T19:18:01.766627+00:00', 'http://127.0.0.1:37655/scripts/XML_daily.asp?date_req=21%2F11%2F2026', 'sha256:7884689a412ba87fbec8b5ecbc2ef4aec6dd79760f184d322c206db0022be869', 1, 42, 8452, '2026-11-21 00:00:00+00', '2026-11-30 19:18:03.844093+00', '2026-11-30 19:18:03.866529+00', '2026-11-30 19:18:03.891815+00', NULL, ''),
 (5, 'randomuser__users', 'user_processing', 'scheduled__2026-11-23T00:00:00+00:00', 'GET /', 'sha256:5d117b20852bc3d4b0460812037a23c81e5ec2d9290eeb4a7d262591ae52ce3d', 1, 2, 2233, '2026-11-23 00:00:00+00', '2026-11-30 19:25:57.180332+00', '2026-11-30 19:25:57.180332+00', '2026-11-30 19:25:57.235704+00', NULL, ''),
 (6, 'randomuser__users', 'user_processing', 'scheduled__2026-11-20T00:00:00+00:00', 'GET /', 'sha256:fac0ff0774eed2a94f13c879945afe6be4ffe682dc1427303f4474d426cd332d', 1, 2, 2264, '2026-11-20 00:00:00+00', '2026-11-30 19:26:14.321079+00', '2026-11-30 19:26:14.321079+00', '2026-11-30 19:26:14.370544+00', NULL, ''),
 (7, 'randomuser__users', 'user_processing', 'scheduled__2026-11-24T00:00:00+00:00', 'GET /', 'sha256:e7c54f3ff97306e1edda339b8572104e9d9c272db51de3263dbd91538c095099', 1, 7, 5337, '2026-11-24 00:00:00+00', '2026-11-30 19:26:30.049076+00', '2026-11-30 19:26:30.049076+00', '2026-11-30 19:26:30.09896+00', NULL, ''),
 (8, 'randomuser__users', 'user_processing', 'scheduled__2026-11-22T00:00:00+00:00', 'GET /', 'sha256:ef9aefc6142f2b8613a2e91379a71c57aff6636e6d372102188c19cb618c4295', 1, 4, 4530, '2026-11-22 00:00:00+00', '2026-11-30 19:26:48.173437+00', '2026-11-30 19:26:48.173437+00', '2026-11-30 19:26:48.303375+00', NULL, ''),
 (9, 'randomuser__users', 'user_processing', 'scheduled__2026-11-25T00:00:00+00:00', 'GET /', 'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', 1, 0, 0, '2026-11-25 00:00:00+00', '2026-11-30 19:27:15.647905+00', '2026-11-30 19:27:15.647905+00', '2026-11-30 19:27:15.743656+00', NULL, ''),
 (11, 'cbr__exchange_rates', 'exchange_rates', 'scheduled__2026-11-23T00:00:00+00:00', 'GET /', 'sha256:77976e8adf29d11a643171b57ef4a2cf693bc048a719b5d37da222714e9d8220', 1, 3, 709, '2026-11-23 00:00:00+00', '2026-11-30 19:28:03.432919+00', '2026-11-30 19:28:03.432919+00', '2026-11-30 19:28:03.470249+00', NULL, ''),
 (12, 'cbr__exchange_rates', 'exchange_rates', 'scheduled__2026-11-22T00:00:00+00:00', 'GET /', 'sha256:9dd04154a5f85a9f8f255bff04b6cb95a132cbf7cbcfa5b98e513c23832fe832', 1, 5, 1144, '2026-11-22 00:00:00+00', '2026-11-30 19:28:21.634548+00', '2026-11-30 19:28:21.634548+00', '2026-11-30 19:28:21.744251+00', NULL, ''),
 (13, 'cbr__exchange_rates', 'exchange_rates', 'scheduled__2026-11-20T00:00:00+00:00', 'GET /', 'sha256:9babd7edbbf30eb51deae8beb442d7c032599ebfac92835013c9acfd39164bd2', 1, 2, 435, '2026-11-20 00:00:00+00', '2026-11-30 19:28:43.670193+00', '2026-11-30 19:28:43.670193+00', '2026-11-30 19:28:43.811062+00', NULL, ''),
 (15, 'rickandmorty__locations', 'locations', 'scheduled__2026-11-23T00:00:00+00:00', 'GET /', 'sha256:93d118e99a75edacae60ed39aa14cc302901c911637546f76912c1c75d7a6442', 1, 5, 1327, '2026-11-23 00:00:00+00', '2026-11-30 19:29:21.176115+00', '2026-11-30 19:29:21.176115+00', '2026-11-30 19:29:21.231246+00', NULL, ''),
 (16, 'rickandmorty__locations', 'locations', 'scheduled__2026-11-20T00:00:00+00:00', 'GET /', 'sha256:58aad8a2ecd7922ffdba42e1bf13fcfde0bd7eef35b83214b75a73953ce3697a', 1, 2, 506, '2026-11-20 00:00:00+00', '2026-11-30 19:29:41.120053+00', '2026-11-30 19:29:41.120053+00', '2026-11-30 19:29:41.184995+00', NULL, ''),
 (17, 'rickandmorty__locations', 'locations', 'scheduled__2026-11-22T00:00:00+00:00', 'GET /', 'sha256:2c692321d99563c06b986522c51a796a386817066c30093727480d0ce579b123', 1, 5, 1466, '2026-11-22 00:00:00+00', '2026-11-30 19:30:12.048069+00', '2026-11-30 19:30:12.048069+00', '2026-11-30 19:30:12.153495+00', NULL, ''),
 (18, 'rickandmorty__locations', 'locations', 'scheduled__2026-11-24T00:00:00+00:00', 'GET /', 'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', 1, 0, 0, '2026-11-24 00:00:00+00', '2026-11-30 19:30:36.344131+00', '2026-11-30 19:30:36.344131+00', '2026-11-30 19:30:36.416242+00', NULL, ''),
 (19, 'rickandmorty__locations', 'locations', 'scheduled__2026-11-21T00:00:00+00:00', 'GET /', 'sha256:ee0f06a50db6fa147adf2ed5289a030d141ef346ddbae3bccf7955087648ae87', 1, 20, 11445, '2026-11-21 00:00:00+00', '2026-11-30 19:34:25.316704+00', '2026-11-30 19:34:25.316704+00', '2026-11-30 19:34:25.408256+00', NULL, '');
INSERT INTO raw.randomuser__users VALUES
 (1, 1, '{"id": {"name": "SSN", "value": "588-12-6454"}, "dob": {"age": 46, "date": "1980-02-27T10:08:16.322Z"}, "nat": "US", "cell": "(492) 370-0059", "name": {"last": "Burns", "first": "Crystal", "title": "Mrs"}, "email": "crystal.burns@example.com", "login": {"md5": "cb79b1e01a54e998d8a8c836d72bf6a6", "salt": "jmhhUvRj", "sha1": "42c2093fa83ffbcd7748b00c8b62ae9623484715", "uuid": "f6f34df3-542d-43d2-b908-3aa96922e95f", "sha256": "cbc8b694237714f2711fd4e8d2f5a6bf01e3d984e862d25974c4bc4f0857dbcc", "username": "smallduck656"}, "phone": "(291) 623-4272", "gender": "female", "picture": {"large": "https://randomuser.me/api/portraits/women/93.jpg", "medium": "https://randomuser.me/api/portraits/med/women/93.jpg", "thumbnail": "https://randomuser.me/api/portraits/thumb/women/93.jpg"}, "location": {"city": "Utica", "state": "Washington", "street": {"name": "Locust Rd", "number": 2296}, "country": "United States", "postcode": 88132, "timezone": {"offset": "+3:30", "description": "Tehran"}, "coordinates": {"latitude": "-28.9919", "longitude": "82.6115"}}, "registered": {"age": 12, "date": "2013-12-04T00:22:13.250Z"}}'),
 (1, 2, '{"id": {"name": "", "value": null}, "dob": {"age": 50, "date": "1976-10-13T09:23:55.035Z"}, "nat": "NZ", "cell": "(689)-268-4242", "name": {"last": "Taylor", "first": "Daniel", "title": "Mr"}, "email": "daniel.taylor@example.com", "login": {"md5": "fbab69938013a8fbfb6db5c05406d6e3", "salt": "hhfnNGuE", "sha1": "94db4500f97bf8cb3047a37b915a8e6b9ffd041b", "uuid": "c79c7d6f-dd5d-4aaa-b570-14e5572f21d2", "sha256": "d5e53512375522956ab834f0a2fe858fcbac2b0c66e49f97cc4df43e72e1aa34", "username": "happyswan687"}, "phone": "(532)-866-1147", "gender": "male", "picture": {"large": "https://randomuser.me/api/portraits/men/99.jpg", "medium": "https://randomuser.me/api/portraits/med/men/99.jpg", "thumbnail": "https://randomuser.me/api/portraits/thumb/men/99.jpg"}, "location": {"city": "Tauranga", "state": "Hawke''s Bay", "street": {"name": "Manukau Road", "number": 550}, "country": "New Zealand", "postcode": 93526, "timezone": {"offset": "+4:00", "description": "Abu Dhabi, Muscat, Baku, Tbilisi"}, "coordinates": {"latitude": "9.2686", "longitude": "-157.0178"}}, "registered": {"age": 24, "date": "2002-06-02T22:10:50.630Z"}}'),
 (1, 3, '{"id": {"name": "", "value": null}, "dob": {"age": 73, "date": "1953-04-15T04:22:49.205Z"}, "nat": "TR", "cell": "(425)-877-6718", "name": {"last": "İnan", "first": "Mustafa", "title": "Mr"}, "email": "mustafa.inan@example.com", "login": {"md5": "c1c21eeb20b447d614f138329a66e80a", "salt": "pxpJ2VAQ", "sha1": "bb1ad8dc1f8389e844aba5ba0c7df281c4a292bd", "uuid": "1ee459e9-abcc-4465-83d5-a500adbdfaab", "sha256": "28b1fad071825227e97c7853f474add0081024de4fd7cd82378be0d97c4014ee", "username": "yellowcat254"}, "phone": "(259)-558-4299", "gender": "male", "picture": {"large": "https://randomuser.me/api/portraits/men/22.jpg", "medium": "https://randomuser.me/api/portraits/med/men/22.jpg", "thumbnail": "https://randomuser.me/api/portraits/thumb/men/22.jpg"}, "location": {"city": "Bingöl", "state": "Edirne", "street": {"name": "Atatürk Sk", "number": 1132}, "country": "Turkey", "postcode": 49859, "timezone": {"offset": "+7:00", "description": "Bangkok, Hanoi, Jakarta"}, "coordinates": {"latitude": "-20.5662", "longitude": "33.2141"}}, "registered": {"age": 5, "date": "2021-05-03T14:01:20.065Z"}}'),
 (1, 4, '{"id": {"name": "CPF", "value": "693.219.029-33"}, "dob": {"age": 80, "date": "1946-03-27T19:46:09.693Z"}, "nat": "BR", "cell": "(35) 7301-5804", "name": {"last": "Jesus", "first": "Palmira", "title": "Miss"}, "email": "palmira.jesus@example.com", "login": {"md5": "c78b007ac6d7aef56d87bb41004da946", "salt": "LpfzhccN", "sha1": "5e508c0a6538a74cb80ad6ffd7a50c958ae9238d", "uuid": "2dd49c1a-cf52-4a7c-9d88-7a283d2ab3f4", "sha256": "6511286b2894b18de3ac160a9c1e83cff3725bcc7399602f1abcfaf57a500f7e", "username": "tinywolf414"}, "phone": "(82) 5987-6028", "gender": "female", "picture": {"large": "https://randomuser.me/api/portraits/women/3.jpg", "medium": "https://randomuser.me/api/portraits/med/women/3.jpg", "thumbnail": "https://randomuser.me/api/portraits/thumb/women/3.jpg"}, "location": {"city": "Joinville", "state": "Maranhão", "street": {"name": "Rua Santa Luzia", "number": 7141}, "country": "Brazil", "postcode": 77971, "timezone": {"offset": "+6:00", "description": "Almaty, Dhaka, Colombo"}, "coordinates": {"latitude": "27.9213", "longitude": "87.2374"}}, "registered": {"age": 23, "date": "2003-07-12T02:11:18.290Z"}}'),
 (1, 5, '{"id": {"name": "CPF", "value": "267.245.528-16"}, "dob": {"age": 60, "date": "1966-10-21T16:14:40.810Z"}, "nat": "BR", "cell": "(39) 2600-7251", "name": {"last": "da Rocha", "first": "Palmira", "title": "Mrs"}, "email": "palmira.darocha@example.com", "login": {"md5": "ed563160ae5f9bf7b7760ada28afc301", "salt": "Xplg4mw3", "sha1": "657a047f2aac056ff1d00ea3bd23ec32eb5eaf64", "uuid": "7e4d47ff-4832-471a-bde4-d3d0fb3e9e22", "sha256": "ac0dd31743e82bb8b5350e330223eead851c73b9317674555793178d8a94c89a", "username": "heavysnake776"}, "phone": "(89) 7390-3623", "gender": "female", "picture": {"large": "https://randomuser.me/api/portraits/women/63.jpg", "medium": "https://randomuser.me/api/portraits/med/women/63.jpg", "thumbnail": "https://randomuser.me/api/portraits/thumb/women/63.jpg"}, "location": {"city": "Blumenau", "state": "Paraíba", "street": {"name": "Rua das Flores", "number": 2054}, "country": "Brazil", "postcode": 85607, "timezone": {"offset": "+8:00", "description": "Beijing, Perth, Singapore, Hong Kong"}, "coordinates": {"latitude": "24.6931", "longitude": "58.9258"}}, "registered": {"age": 21, "date": "2005-05-19T02:38:20.575Z"}}'),
 (1, 6, '{"id": {"name": "NSS", "value": "37 43 79 6620 0"}, "dob": {"age": 31, "date": "1995-10-28T20:35:26.694Z"}, "nat": "MX", "cell": "(664) 735 0309", "name": {"last": "Alcalá", "first": "Hernán", "title": "Mr"}, "email": "hernan.alcala@example.com", "login": {"md5": "3be587763d60873fe1101b524fcdf7cf", "salt": "6LJkedzI", "sha1": "abf7171f6e0624a44aa16f8400bf730310665fcb", "uuid": "4996917a-fe23-47b6-b4ad-7b137a2e1757", "sha256": "737448a972bae5ae491e8fe4b770d5adfa17894110d8e8b741a05db1d6995742", "username": "ticklishlion569"}, "phone": "(693) 587 7094", "gender": "male", "picture": {"large": "https://randomuser.me/api/portraits/men/53.jpg", "medium": "https://randomuser.me/api/portraits/med/men/53.jpg", "thumbnail": "https://randomuser.me/api/portraits/thumb/men/53.jpg"}, "location": {"city": "Montañas Azules", "state": "Sonora", "street": {"name": "Diagonal Jalisco", "number": 7492}, "country": "Mexico", "postcode": 46161, "timezone": {"offset": "+4:00", "description": "Abu Dhabi, Muscat, Baku, Tbilisi"}, "coordinates": {"latitude": "-66.5514", "longitude": "42.2415"}}, "registered": {"age": 6, "date": "2020-05-16T05:16:25.627Z"}}'),
 (1, 7, '{"id": {"name": "", "value": null}, "dob": {"age": 40, "date": "1986-02-18T09:13:05.971Z"}, "nat": "UA", "cell": "(096) L12-1826", "name": {"last": "Назаренко", "first": "Ярина", "title": "Miss"}, "email": "yarina.nazarenko@example.com", "login": {"md5": "e84e753aa2422057eb38b603d00b224a", "salt": "vMNNMSRk", "sha1": "30c0e97b6f72afed0bb3e361b1d81290f914c56e", "uuid": "be7f3460-800a-40e0-b384-1adc66a65717", "sha256": "2627e78975a723e834a75d401e3e2169b7b453df76d8114b64ed0b9b3d73a84f", "username": "purplemouse685"}, "phone": "(066) K51-1956", "gender": "female", "picture": {"large": "https://randomuser.me/api/portraits/women/72.jpg", "medium": "https://randomuser.me/api/portraits/med/women/72.jpg", "thumbnail": "https://randomuser.me/api/portraits/thumb/women/72.jpg"}, "location": {"city": "Дніпро", "state": "Сумська", "street": {"name": "Провулок Тихий", "number": 8010}, "country": "Ukraine", "postcode": 75183, "timezone": {"offset": "-8:00", "description": "Pacific Time (US & Canada)"}, "coordinates": {"latitude": "33.8982", "longitude": "74.1194"}}, "registered": {"age": 6, "date": "2020-11-25T10:03:10.690Z"}}'),
 (1, 8, '{"id": {"name": "", "value": null}, "dob": {"age": 32, "date": "1994-02-11T04:03:37.015Z"}, "nat": "TR", "cell": "(275)-771-2369", "name": {"last": "Çankaya", "first": "Şeyma", "title": "Mrs"}, "email": "seyma.cankaya@example.com", "login": {"md5": "1d682ba8fa7b836067804b24e5c77fe8", "salt": "abUBnmvV", "sha1": "28d11a088483581c59d2846bb1fee41463e00501", "uuid": "c1a1814a-b280-4ee3-ad37-84dda74639f8", "sha256": "691f9374d68783b70cb505fd3d50bf1ec98923dc83744eec73f1ae8fec114e39", "username": "whitefish560"}, "phone": "(629)-069-7504", "gender": "female", "picture": {"large": "https://randomuser.me/api/portraits/women/49.jpg", "medium": "https://randomuser.me/api/portraits/med/women/49.jpg", "thumbnail": "https://randomuser.me/api/portraits/thumb/women/49.jpg"}, "location": {"city": "Tekirdağ", "state": "Kilis", "street": {"name": "İnönü Cd", "number": 4504}, "country": "Turkey", "postcode": 50228, "timezone": {"offset": "+5:30", "description": "Bombay, Calcutta, Madras, New Delhi"}, "coordinates": {"latitude": "83.4260", "longitude": "-88.8972"}}, "registered": {"age": 8, "date": "2018-07-28T02:13:53.184Z"}}'),
 (1, 9, '{"id": {"name": "HETU", "value": "030672-7119"}, "dob": {"age": 54, "date": "1972-06-03T08:31:08.039Z"}, "nat": "FI", "cell": "043-677-63-83", "name": {"last": "Koistinen", "first": "Luka", "title": "Mr"}, "email": "luka.koistinen@example.com", "login": {"md5": "184e8b32395b980e16ea9a5b86950605", "salt": "ezD4Sn7q", "sha1": "817433248b87a1ee9ff905d5d5ddd716d0e0cced", "uuid": "987897e0-6d66-4724-8662-44ca3b85bca1", "sha256": "48a64f5ba76d2b1913a4a2023ec44fff11ace56119b4aa35d60f93fcd9e5a36f", "username": "crazycat814"}, "phone": "08-249-593", "gender": "male", "picture": {"large": "https://randomuser.me/api/portraits/men/17.jpg", "medium": "https://randomuser.me/api/portraits/med/men/17.jpg", "thumbnail": "https://randomuser.me/api/portraits/thumb/men/17.jpg"}, "location": {"city": "Espoo", "state": "Kymenlaakso", "street": {"name": "Pispalan valtatie", "number": 2552}, "country": "Finland", "postcode": 82688, "timezone": {"offset": "+9:00", "description": "Tokyo, Seoul, Osaka, Sapporo, Yakutsk"}, "coordinates": {"latitude": "-45.0877", "longitude": "90.2526"}}, "registered": {"age": 22, "date": "2003-12-11T01:49:07.524Z"}}'),
 (1, 10, '{"id": {"name": "DNI", "value": "56244036-Q"}, "dob": {"age": 53, "date": "1973-01-05T13:57:02.187Z"}, "nat": "ES", "cell": "658-194-081", "name": {"last": "Caballero", "first": "Inés", "title": "Mrs"}, "email": "ines.caballero@example.com", "login": {"md5": "b56c6bd4bfe68a2aadb8a475a7787ace", "salt": "JuibiBcJ", "sha1": "4e7865b53d6a9a0b09e30e28823688dda48878ec", "uuid": "1df5a550-c3c6-4a9f-b96e-1ebb5cdea99c", "sha256": "5fd718113b88143cf10e0f5048ab1f3862fe197649d89918764cedccb1b82f00", "username": "crazycat868"}, "phone": "989-902-217", "gender": "female", "picture": {"large": "https://randomuser.me/api/portraits/women/19.jpg", "medium": "https://randomuser.me/api/portraits/med/women/19.jpg", "thumbnail": "https://randomuser.me/api/portraits/thumb/women/19.jpg"}, "location": {"city": "Mérida", "state": "Canarias", "street": {"name": "Calle del Barquillo", "number": 7685}, "country": "Spain", "postcode": 71948, "timezone": {"offset": "-3:00", "description": "Brazil, Buenos Aires, Georgetown"}, "coordinates": {"latitude": "20.3799", "longitude": "-81.6766"}}, "registered": {"age": 6, "date": "2020-11-06T00:28:52.024Z"}}'),
 (1, 11, '{"id": {"name": "PPS", "value": "7289516T"}, "dob": {"age": 42, "date": "1983-12-20T07:58:08.105Z"}, "nat": "IE", "cell": "081-081-4037", "name": {"last": "Cullen", "first": "Caoimhe", "title": "Ms"}, "email": "caoimhe.cullen@example.com", "login": {"md5": "87b34eba4f859e22aca1288136fd10e0", "salt": "sLvDwjLj", "sha1": "d425a4b5ae23eabf0e3f9105cd26a522064d5f13", "uuid": "6f9282bd-2d20-49de-bed6-d2239bfcb322", "sha256": "fdcedfadc9da089e4ce0608784baf53c054e0f2981e5135ed6d7823675dfd7cf", "username": "blueleopard429"}, "phone": "071-060-1399", "gender": "female", "picture": {"large": "https://randomuser.me/api/portraits/women/61.jpg", "medium": "https://randomuser.me/api/portraits/med/women/61.jpg", "thumbnail": "https://randomuser.me/api/portraits/thumb/women/61.jpg"}, "location": {"city": "Ardee", "state": "Dublin City", "street": {"name": "Jervis Street", "number": 6380}, "country": "Ireland", "postcode": 15992, "timezone": {"offset": "+1:00", "description": "Brussels, Copenhagen, Madrid, Paris"}, "coordinates": {"latitude": "-21.2088", "longitude": "112.4832"}}, "registered": {"age": 22, "date": "2004-01-09T19:04:27.206Z"}}'),
 (1, 12, '{"id": {"name": "UIDAI", "value": "507520299162"}, "dob": {"age": 47, "date": "1979-05-31T17:02:59.263Z"}, "nat": "IN", "cell": "8224300264", "name": {"last": "Hegde", "first": "Sneha", "title": "Miss"}, "email": "sneha.hegde@example.com", "login": {"md5": "9471fd6e324c3252920c849de0d17971", "salt": "sgc8AXnP", "sha1": "049c62eb31bed017715e8c0bb7b2879826d74815", "uuid": "22af3324-c37d-4bae-af79-2e78734da420", "sha256": "ef71f4759c2c7e52e4ef10bdf7183033f491cd36b7a52d2114016294b950e5c7", "username": "purplepanda125"}, "phone": "7329747633", "gender": "female", "picture": {"large": "https://randomuser.me/api/portraits/women/16.jpg", "medium": "https://randomuser.me/api/portraits/med/women/16.jpg", "thumbnail": "https://randomuser.me/api/portraits/thumb/women/16.jpg"}, "location": {"city": "Ranchi", "state": "Tripura", "street": {"name": "Link Rd", "number": 7324}, "country": "India", "postcode": 53199, "timezone": {"offset": "-5:00", "description": "Eastern Time (US & Canada), Bogota, Lima"}, "coordinates": {"latitude": "-26.2894", "longitude": "-153.7103"}}, "registered": {"age": 10, "date": "2016-10-09T07:43:28.319Z"}}'),
 (5, 1, '{"id": {"name": "SSN", "value": "588-12-6454"}, "dob": {"age": 46, "date": "1980-02-27T10:08:16.322Z"}, "nat": "US", "cell": "(492) 370-0059", "name": {"last": "Burns", "first": "Crystal", "title": "Mrs"}, "email": "crystal.burns@example.com", "login": {"md5": "cb79b1e01a54e998d8a8c836d72bf6a6", "salt": "jmhhUvRj", "sha1": "42c2093fa83ffbcd7748b00c8b62ae9623484715", "uuid": "f6f34df3-542d-43d2-b908-3aa96922e95f", "sha256": "cbc8b694237714f2711fd4e8d2f5a6bf01e3d984e862d25974c4bc4f0857dbcc", "username": "smallduck656"}, "phone": "(291) 623-4272", "gender": "female", "picture": {"large": "https://randomuser.me/api/portraits/women/93.jpg", "medium": "https://randomuser.me/api/portraits/med/women/93.jpg", "thumbnail": "https://randomuser.me/api/portraits/thumb/women/93.jpg"}, "location": {"city": "Utica", "state": "Washington", "street": {"name": "Locust Rd", "number": 2296}, "country": "United States", "postcode": 88132, "timezone": {"offset": "+3:30", "description": "Tehran"}, "coordinates": {"latitude": "-28.9919", "longitude": "82.6115"}}, "registered": {"age": 12, "date": "2013-12-04T00:22:13.250Z"}}'),
 (5, 2, '{"id": {"name": "", "value": null}, "dob": {"age": 50, "date": "1976-10-13T09:23:55.035Z"}, "nat": "NZ", "cell": "(689)-268-4242", "name": {"last": "Taylor", "first": "Daniel", "title": "Mr"}, "email": "bob@example.com", "login": {"md5": "fbab69938013a8fbfb6db5c05406d6e3", "salt": "hhfnNGuE", "sha1": "94db4500f97bf8cb3047a37b915a8e6b9ffd041b", "uuid": "c79c7d6f-dd5d-4aaa-b570-14e5572f21d2", "sha256": "d5e53512375522956ab834f0a2fe858fcbac2b0c66e49f97cc4df43e72e1aa34", "username": "happyswan687"}, "phone": "(532)-866-1147", "gender": "male", "picture": {"large": "https://randomuser.me/api/portraits/men/99.jpg", "medium": "https://randomuser.me/api/portraits/med/men/99.jpg", "thumbnail": "https://randomuser.me/api/portraits/thumb/men/99.jpg"}, "location": {"city": "Tauranga", "state": "Hawke''s Bay", "street": {"name": "Manukau Road", "number": 550}, "country": "New Zealand", "postcode": 93526, "timezone": {"offset": "+4:00", "description": "Abu Dhabi, Muscat, Baku, Tbilisi"}, "coordinates": {"latitude": "9.2686", "longitude": "-157.0178"}}, "registered": {"age": 24, "date": "2002-06-02T22:10:50.630Z"}}'),
 (6, 1, '{"id": {"name": "", "value": null}, "dob": {"age": 50, "date": "1976-10-13T09:23:55.035Z"}, "nat": "NZ", "cell": "(689)-268-4242", "name": {"last": "Taylor", "first": "Daniel", "title": "Mr"}, "email": "daniel.taylor@example.com", "login": {"md5": "fbab69938013a8fbfb6db5c05406d6e3", "salt": "hhfnNGuE", "sha1": "94db4500f97bf8cb3047a37b915a8e6b9ffd041b", "uuid": "c79c7d6f-dd5d-4aaa-b570-14e5572f21d2", "sha256": "d5e53512375522956ab834f0a2fe858fcbac2b0c66e49f97cc4df43e72e1aa34", "username": "happyswan687"}, "phone": "(532)-866-1147", "gender": "male", "picture": {"large": "https://randomuser.me/api/portraits/men/99.jpg", "medium": "https://randomuser.me/api/portraits/med/men/99.jpg", "thumbnail": "https://randomuser.me/api/portraits/thumb/men/99.jpg"}, "location": {"city": "Tauranga", "state": "Hawke''s Bay", "street": {"name": "Manukau Road", "number": 550}, "country": "New Zealand", "postcode": 93526, "timezone": {"offset": "+4:00", "description": "Abu Dhabi, Muscat, Baku, Tbilisi"}, "coordinates": {"latitude": "9.2686", "longitude": "-157.0178"}}, "registered": {"age": 24, "date": "2002-06-02T22:10:50.630Z"}}'),
 (6, 2, '{"id": {"name": "UIDAI", "value": "507520299162"}, "dob": {"age": 47, "date": "1979-05-31T17:02:59.263Z"}, "nat": "IN", "cell": "8224300264", "name": {"last": "’", "first": "𝔘نا🙂", "title": "Ms"}, "email": "sneha.hegde@example.com", "login": {"md5": "9471fd6e324c3252920c849de0d17971", "salt": "sgc8AXnP", "sha1": "049c62eb31bed017715e8c0bb7b2879826d74815", "uuid": "00000000-0000-0000-0000-000000000003", "sha256": "ef71f4759c2c7e52e4ef10bdf7183033f491cd36b7a52d2114016294b950e5c7", "username": "purplepanda125"}, "phone": "7329747633", "gender": "female", "picture": {"large": "https://randomuser.me/api/portraits/women/16.jpg", "medium": "https://randomuser.me/api/portraits/med/women/16.jpg", "thumbnail": "https://randomuser.me/api/portraits/thumb/women/16.jpg"}, "location": {"city": "Ranchi", "state": "Tripura", "street": {"name": "Link Rd", "number": 7324}, "country": "India", "postcode": 53199, "timezone": {"offset": "-5:00", "description": "Eastern Time (US & Canada), Bogota, Lima"}, "coordinates": {"latitude": "-26.2894", "longitude": "-153.7103"}}, "registered": {"age": 10, "date": "2016-10-09T07:43:28.319Z"}}'),
 (7, 1, '{"id": {"name": "", "value": null}, "dob": {"age": 73, "date": "1953-04-15T04:22:49.205Z"}, "nat": "TR", "cell": "(425)-877-6718", "name": {"last": "İnan", "first": "Mustafa", "title": "Mr"}, "email": "mustafa.inan@example.com", "login": {"md5": "c1c21eeb20b447d614f138329a66e80a", "salt": "pxpJ2VAQ", "sha1": "bb1ad8dc1f8389e844aba5ba0c7df281c4a292bd", "uuid": "1ee459e9-abcc-4465-83d5-a500adbdfaab", "sha256": "28b1fad071825227e97c7853f474add0081024de4fd7cd82378be0d97c4014ee", "username": "yellowcat254"}, "phone": "1", "gender": "male", "picture": {"large": "https://randomuser.me/api/portraits/men/22.jpg", "medium": "https://randomuser.me/api/portraits/med/men/22.jpg", "thumbnail": "https://randomuser.me/api/portraits/thumb/men/22.jpg"}, "location": {"city": "Bingöl", "state": "Edirne", "street": {"name": "Atatürk Sk", "number": 1132}, "country": "Turkey", "postcode": 49859, "timezone": {"offset": "+7:00", "description": "Bangkok, Hanoi, Jakarta"}, "coordinates": {"latitude": "-20.5662", "longitude": "33.2141"}}, "registered": {"age": 5, "date": "2021-05-03T14:01:20.065Z"}}'),
 (7, 2, '{"id": {"name": "", "value": null}, "dob": {"age": 73, "date": "1953-04-15T04:22:49.205Z"}, "nat": "TR", "cell": "(425)-877-6718", "name": {"last": "İnan", "first": "Mustafa", "title": "Mr"}, "email": "mustafa.inan@example.com", "login": {"md5": "c1c21eeb20b447d614f138329a66e80a", "salt": "pxpJ2VAQ", "sha1": "bb1ad8dc1f8389e844aba5ba0c7df281c4a292bd", "uuid": "1ee459e9-abcc-4465-83d5-a500adbdfaab", "sha256": "28b1fad071825227e97c7853f474add0081024de4fd7cd82378be0d97c4014ee", "username": "yellowcat254"}, "phone": "(259)-558-4299", "gender": "male", "picture": {"large": "https://randomuser.me/api/portraits/men/22.jpg", "medium": "https://randomuser.me/api/portraits/med/men/22.jpg", "thumbnail": "https://randomuser.me/api/portraits/thumb/men/22.jpg"}, "location": {"city": "Bingöl", "state": "Edirne", "street": {"name": "Atatürk Sk", "number": 1132}, "country": "Turkey", "postcode": 49859, "timezone": {"offset": "+7:00", "description": "Bangkok, Hanoi, Jakarta"}, "coordinates": {"latitude": "-20.5662", "longitude": "33.2141"}}, "registered": {"age": 5, "date": "2021-05-03T14:01:20.065Z"}}'),
 (7, 3, '{"id": {"name": "", "value": null}, "dob": {"age": 73, "date": "1953-04-15T04:22:49.205Z"}, "nat": "TR", "cell": "(425)-877-6718", "name": {"last": "İnan", "first": "Mustafa", "title": "Mr"}, "email": "mustafa.inan@example.com", "login": {"md5": "c1c21eeb20b447d614f138329a66e80a", "salt": "pxpJ2VAQ", "sha1": "bb1ad8dc1f8389e844aba5ba0c7df281c4a292bd", "uuid": "1ee459e9-abcc-4465-83d5-a500adbdfaab", "sha256": "28b1fad071825227e97c7853f474add0081024de4fd7cd82378be0d97c4014ee", "username": "yellowcat254"}, "phone": "2", "gender": "male", "picture": {"large": "https://randomuser.me/api/portraits/men/22.jpg", "medium": "https://randomuser.me/api/portraits/med/men/22.jpg", "thumbnail": "https://randomuser.me/api/portraits/thumb/men/22.jpg"}, "location": {"city": "Bingöl", "state": "Edirne", "street": {"name": "Atatürk Sk", "number": 1132}, "country": "Turkey", "postcode": 49859, "timezone": {"offset": "+7:00", "description": "Bangkok, Hanoi, Jakarta"}, "coordinates": {"latitude": "-20.5662", "longitude": "33.2141"}}, "registered": {"age": 5, "date": "2021-05-03T14:01:20.065Z"}}'),
 (7, 4, '{"id": {"name": "CPF", "value": "693.219.029-33"}, "dob": {"age": 80, "date": "1946-03-27T19:46:09.693Z"}, "nat": "BR", "cell": "(35) 7301-5804", "name": {"last": "Jesus", "first": "Palmira", "title": "Miss"}, "email": "palmira.jesus@example.com", "login": {"uuid": "not one"}, "phone": "(82) 5987-6028", "gender": "female", "picture": {"large": "https://randomuser.me/api/portraits/women/3.jpg", "medium": "https://randomuser.me/api/portraits/med/women/3.jpg", "thumbnail": "https://randomuser.me/api/portraits/thumb/women/3.jpg"}, "location": {"city": "Joinville", "state": "Maranhão", "street": {"name": "Rua Santa Luzia", "number": 7141}, "country": "Brazil", "postcode": 77971, "timezone": {"offset": "+6:00", "description": "Almaty, Dhaka, Colombo"}, "coordinates": {"latitude": "27.9213", "longitude": "87.2374"}}, "registered": {"age": 23, "date": "2003-07-12T02:11:18.290Z"}}'),
 (7, 5, '{"gender": "female"}'),
 (7, 6, '"a text"'),
 (7, 7, '{"id": {"name": "UIDAI", "value": "507520299162"}, "dob": {"age": "old", "date": "1973-12-20T10:01:28.467Z"}, "nat": "IN", "cell": "8224300264", "name": {"last": "Hegde", "first": "Sneha", "title": "Miss"}, "email": "sneha.hegde@example.com", "login": {"md5": "9471fd6e324c3252920c849de0d17971", "salt": "sgc8AXnP", "sha1": "049c62eb31bed017715e8c0bb7b2879826d74815", "uuid": "00000000-0000-0000-0000-000000000004", "sha256": "ef71f4759c2c7e52e4ef10bdf7183033f491cd36b7a52d2114016294b950e5c7", "username": "purplepanda125"}, "phone": "7329747633", "gender": "female", "picture": {"large": "https://randomuser.me/api/portraits/women/16.jpg", "medium": "https://randomuser.me/api/portraits/med/women/16.jpg", "thumbnail": "https://randomuser.me/api/portraits/thumb/women/16.jpg"}, "location": {"city": "Ranchi", "state": "Tripura", "street": {"name": "Link Rd", "number": 7324}, "country": "India", "postcode": 53199, "timezone": {"offset": "-5:00", "description": "Eastern Time (US & Canada), Bogota, Lima"}, "coordinates": {"latitude": "-26.2894", "longitude": "-153.7103"}}, "registered": {"age": 10, "date": "2016-10-09T07:43:28.319Z"}}'),
 (8, 1, '{"id": {"name": "SSN", "value": "588-12-6454"}, "dob": {"age": 46, "date": "1980-02-27T10:08:16.322Z"}, "nat": "US", "cell": "(492) 370-0059", "name": {"last": "Burns", "first": "Crystal", "title": "Mrs"}, "email": "crystal.burns@example.com", "login": {"md5": "cb79b1e01a54e998d8a8c836d72bf6a6", "salt": "jmhhUvRj", "sha1": "42c2093fa83ffbcd7748b00c8b62ae9623484715", "uuid": "f6f34df3-542d-43d2-b908-3aa96922e95f", "sha256": "cbc8b694237714f2711fd4e8d2f5a6bf01e3d984e862d25974c4bc4f0857dbcc", "username": "smallduck656"}, "phone": "(291) 623-4272", "gender": "female", "picture": {"large": "https://randomuser.me/api/portraits/women/93.jpg", "medium": "https://randomuser.me/api/portraits/med/women/93.jpg", "thumbnail": "https://randomuser.me/api/portraits/thumb/women/93.jpg"}, "location": {"city": "Zürich", "state": "Washington", "street": {"name": "Locust Rd", "number": 2296}, "country": "United States", "postcode": 88132, "timezone": {"offset": "+3:30", "description": "Tehran"}, "coordinates": {"latitude": "-28.9919", "longitude": "82.6115"}}, "registered": {"age": 12, "date": "2013-12-04T00:22:13.250Z"}}'),
 (8, 2, '{"id": {"name": "CPF", "value": "267.245.528-16"}, "dob": {"age": 60, "date": "1966-10-21T16:14:40.810Z"}, "nat": "BR", "cell": "0", "name": {"last": "da Rocha", "first": "Palmira", "title": "Mrs"}, "email": "palmira.darocha@example.com", "login": {"md5": "ed563160ae5f9bf7b7760ada28afc301", "salt": "Xplg4mw3", "sha1": "657a047f2aac056ff1d00ea3bd23ec32eb5eaf64", "uuid": "7e4d47ff-4832-471a-bde4-d3d0fb3e9e22", "sha256": "ac0dd31743e82bb8b5350e330223eead851c73b9317674555793178d8a94c89a", "username": "heavysnake776"}, "phone": "(89) 7390-3623", "gender": "female", "picture": {"large": "https://randomuser.me/api/portraits/women/63.jpg", "medium": "https://randomuser.me/api/portraits/med/women/63.jpg", "thumbnail": "https://randomuser.me/api/portraits/thumb/women/63.jpg"}, "location": {"city": "Blumenau", "state": "Paraíba", "street": {"name": "Rua das Flores", "number": 2054}, "country": "Brazil", "postcode": 85607, "timezone": {"offset": "+8:00", "description": "Beijing, Perth, Singapore, Hong Kong"}, "coordinates": {"latitude": "24.6931", "longitude": "58.9258"}}, "registered": {"age": 21, "date": "2005-05-19T02:38:20.575Z"}}'),
 (8, 3, '{"id": {"name": "UIDAI", "value": "507520299162"}, "dob": {"age": 47, "date": "1979-05-31T17:02:59.263Z"}, "nat": "IN", "cell": "8224300264", "name": {"last": "Hegde", "first": "Sneha", "title": "Miss"}, "email": "sneha.hegde@example.com", "login": {"md5": "9471fd6e324c3252920c849de0d17971", "salt": "sgc8AXnP", "sha1": "049c62eb31bed017715e8c0bb7b2879826d74815", "uuid": "00000000-0000-0000-0000-000000000002", "sha256": "ef71f4759c2c7e52e4ef10bdf7183033f491cd36b7a52d2114016294b950e5c7", "username": "purplepanda125"}, "phone": "7329747633", "gender": "female", "picture": {"large": "https://randomuser.me/api/portraits/women/16.jpg", "medium": "https://randomuser.me/api/portraits/med/women/16.jpg", "thumbnail": "https://randomuser.me/api/portraits/thumb/women/16.jpg"}, "location": {"city": "Ranchi", "state": "Tripura", "street": {"name": "Link Rd", "number": 7324}, "country": "India", "postcode": 53199, "timezone": {"offset": "-5:00", "description": "Eastern Time (US & Canada), Bogota, Lima"}, "coordinates": {"latitude": "-26.2894", "longitude": "-153.7103"}}, "registered": {"age": 10, "date": "2016-10-09T07:43:28.319Z"}}'),
 (8, 4, '{"id": {"name": "UIDAI", "value": "507520299162"}, "dob": {"age": 47, "date": "1979-05-31T17:02:59.263Z"}, "nat": "IN", "cell": "8224300264", "name": {"last": "Hegde", "first": "Sneha", "title": "Miss"}, "email": "sneha.hegde@example.com", "login": {"md5": "9471fd6e324c3252920c849de0d17971", "salt": "sgc8AXnP", "sha1": "049c62eb31bed017715e8c0bb7b2879826d74815", "uuid": "00000000-0000-0000-0000-000000000005", "sha256": "ef71f4759c2c7e52e4ef10bdf7183033f491cd36b7a52d2114016294b950e5c7", "username": "purplepanda125"}, "phone": "7329747633", "gender": "female", "picture": {"large": "https://randomuser.me/api/portraits/women/16.jpg", "medium": "https://randomuser.me/api/portraits/med/women/16.jpg", "thumbnail": "https://randomuser.me/api/portraits/thumb/women/16.jpg"}, "location": {"city": "Ranchi", "state": "Tripura", "street": {"name": "Link Rd", "number": 7324}, "country": "India", "postcode": 53199, "timezone": {"offset": "-5:00", "description": "Eastern Time (US & Canada), Bogota, Lima"}, "coordinates": {"latitude": "-26.2894", "longitude": "-153.7103"}}, "registered": {"age": 10, "date": "2016-10-09T07:43:28.319Z"}}');
INSERT INTO raw.rickandmorty__locations VALUES
 (15, 1, '{"id": 1, "url": "http://127.0.0.1:37655/api/location/1", "name": "Pinndor Minor", "type": "Moon", "created": "2017-11-10T21:23:14.845Z", "dimension": "Dimension of lost socks", "residents": ["http://127.0.0.1:37655/api/character/141", "http://127.0.0.1:37655/api/character/203", "http://127.0.0.1:37655/api/character/733"]}'),
 (15, 2, '{"id": 2, "url": "http://127.0.0.1:37655/api/location/2", "name": "Oldgrin Station", "type": "Space station", "created": "2017-11-11T04:40:39.134Z", "dimension": "Dimension of lost socks", "residents": ["http://127.0.0.1:37655/api/character/23", "http://127.0.0.1:37655/api/character/146", "http://127.0.0.1:37655/api/character/410"]}'),
 (15, 3, '{"id": 3, "url": "http://127.0.0.1:37655/api/location/3", "name": "Drubble Bazaar", "type": "Market", "created": "2017-11-11T12:08:31.209Z", "dimension": "unknown", "residents": ["http://127.0.0.1:37655/api/character/29", "http://127.0.0.1:37655/api/character/42", "http://127.0.0.1:37655/api/character/91"]}'),
 (15, 4, '{"id": 4, "url": "http://127.0.0.1:37655/api/location/4", "name": "Ostrel Springs", "type": "Resort", "created": "2017-11-11T20:46:01.826Z", "dimension": "Mirror strand", "residents": ["http://127.0.0.1:37655/api/character/32", "http://127.0.0.1:37655/api/character/52", "http://127.0.0.1:37655/api/character/338"]}'),
 (15, 5, '{"id": 9001, "name": "x", "residents": "none"}'),
 (16, 1, '{"id": 6, "url": "http://127.0.0.1:37655/api/location/6", "name": "Nix Archive", "type": "Star", "created": "2017-11-12T11:41:14.331Z", "dimension": "Fold K-13", "residents": ["http://127.0.0.1:37655/api/character/6", "http://127.0.0.1:37655/api/character/134", "http://127.0.0.1:37655/api/character/192"]}'),
 (16, 2, '{"id": "one", "url": "http://127.0.0.1:37655/api/location/7", "name": "Quillmoor Under Glass", "type": "Bottled world", "created": "2017-11-12T18:20:00.942Z", "dimension": "Fold A-7", "residents": []}'),
 (17, 1, '{"id": 2, "url": "http://127.0.0.1:37655/api/location/2", "name": "Oldgrin Station", "type": "Space station", "created": "2017-11-11T04:40:39.134Z", "dimension": "Dimension of lost socks", "residents": ["http://127.0.0.1:37655/api/character/23", "http://127.0.0.1:37655/api/character/146", "http://127.0.0.1:37655/api/character/410"]}'),
 (17, 2, '{"id": 3, "url": "http://127.0.0.1:37655/api/location/3", "name": "Drubble Bazaar", "type": "Market", "created": "2017-11-11T12:08:31.209Z", "dimension": "unknown", "residents": ["http://127.0.0.1:37655/api/character/29", "http://127.0.0.1:37655/api/character/42", "http://127.0.0.1:37655/api/character/91"]}'),
 (17, 3, '{"id": 4, "url": "http://127.0.0.1:37655/api/location/4", "name": "Ostrel Springs", "type": "Resort", "created": "2017-11-11T20:46:01.826Z", "dimension": "Mirror strand", "residents": ["http://127.0.0.1:37655/api/character/32", "http://127.0.0.1:37655/api/character/52", "http://127.0.0.1:37655/api/character/338"]}'),
 (17, 4, '{"id": 5, "url": "http://127.0.0.1:37655/api/location/5", "name": "Tarrowick Drift", "type": "Asteroid belt", "created": "2017-11-12T03:06:30.293Z", "dimension": "Mirror strand", "residents": ["http://127.0.0.1:37655/api/character/88", "http://127.0.0.1:37655/api/character/165", "http://127.0.0.1:37655/api/character/780"]}'),
 (17, 5, '{"id": 9002, "url": "http://127.0.0.1:37655/api/location/8", "name": "Pinndor Asleep", "type": "Dream", "created": "2017-11-13T02:14:15.360Z", "dimension": "Fold K-13", "residents": []}'),
 (19, 1, '{"id": 1, "url": "http://127.0.0.1:37655/api/location/1", "name": "Pinndor Minor", "type": "Moon", "created": "2017-11-10T21:23:14.845Z", "dimension": "Dimension of lost socks", "residents": ["http://127.0.0.1:37655/api/character/141", "http://127.0.0.1:37655/api/character/203", "http://127.0.0.1:37655/api/character/733", "http://127.0.0.1:37655/api/character/772", "http://127.0.0.1:37655/api/character/823"]}'),
 (19, 2, '{"id": 2, "url": "http://127.0.0.1:37655/api/location/2", "name": "Oldgrin Station", "type": "Space station", "created": "2017-11-11T04:40:39.134Z", "dimension": "Dimension of lost socks", "residents": ["http://127.0.0.1:37655/api/character/23", "http://127.0.0.1:37655/api/character/146", "http://127.0.0.1:37655/api/character/410", "http://127.0.0.1:37655/api/character/411", "http://127.0.0.1:37655/api/character/505", "http://127.0.0.1:37655/api/character/627"]}'),
 (19, 3, '{"id": 3, "url": "http://127.0.0.1:37655/api/location/3", "name": "Drubble Bazaar", "type": "Market", "created": "2017-11-11T12:08:31.209Z", "dimension": "unknown", "residents": ["http://127.0.0.1:37655/api/character/29", "http://127.0.0.1:37655/api/character/42", "http://127.0.0.1:37655/api/character/91", "http://127.0.0.1:37655/api/character/100", "http://127.0.0.1:37655/api/character/101", "http://127.0.0.1:37655/api/character/116", "http://127.0.0.1:37655/api/character/144", "http://127.0.0.1:37655/api/character/162", "http://127.0.0.1:37655/api/character/163", "http://127.0.0.1:37655/api/character/194", "http://127.0.0.1:37655/api/character/199", "http://127.0.0.1:37655/api/character/217", "http://127.0.0.1:37655/api/character/229", "http://127.0.0.1:37655/api/character/241", "http://127.0.0.1:37655/api/character/269", "http://127.0.0.1:37655/api/character/274", "http://127.0.0.1:37655/api/character/275", "http://127.0.0.1:37655/api/character/277", "http://127.0.0.1:37655/api/character/305", "http://127.0.0.1:37655/api/character/322", "http://127.0.0.1:37655/api/character/323", "http://127.0.0.1:37655/api/character/329", "http://127.0.0.1:37655/api/character/363", "http://127.0.0.1:37655/api/character/407", "http://127.0.0.1:37655/api/character/409", "http://127.0.0.1:37655/api/character/429", "http://127.0.0.1:37655/api/character/452", "http://127.0.0.1:37655/api/character/454", "http://127.0.0.1:37655/api/character/455", "http://127.0.0.1:37655/api/character/461", "http://127.0.0.1:37655/api/character/484", "http://127.0.0.1:37655/api/character/498", "http://127.0.0.1:37655/api/character/520", "http://127.0.0.1:37655/api/character/523", "http://127.0.0.1:37655/api/character/525", "http://127.0.0.1:37655/api/character/527", "http://127.0.0.1:37655/api/character/533", "http://127.0.0.1:37655/api/character/538", "http://127.0.0.1:37655/api/character/539", "http://127.0.0.1:37655/api/character/555", "http://127.0.0.1:37655/api/character/557", "http://127.0.0.1:37655/api/character/612", "http://127.0.0.1:37655/api/character/673", "http://127.0.0.1:37655/api/character/690", "http://127.0.0.1:37655/api/character/707", "http://127.0.0.1:37655/api/character/715", "http://127.0.0.1:37655/api/character/726", "http://127.0.0.1:37655/api/character/730", "http://127.0.0.1:37655/api/character/740", "http://127.0.0.1:37655/api/character/741", "http://127.0.0.1:37655/api/character/769", "http://127.0.0.1:37655/api/character/799", "http://127.0.0.1:37655/api/character/814", "http://127.0.0.1:37655/api/character/819", "http://127.0.0.1:37655/api/character/822"]}'),
 (19, 4, '{"id": 4, "url": "http://127.0.0.1:37655/api/location/4", "name": "Ostrel Springs", "type": "Resort", "created": "2017-11-11T20:46:01.826Z", "dimension": "Mirror strand", "residents": ["http://127.0.0.1:37655/api/character/32", "http://127.0.0.1:37655/api/character/52", "http://127.0.0.1:37655/api/character/338", "http://127.0.0.1:37655/api/character/339", "http://127.0.0.1:37655/api/character/506", "http://127.0.0.1:37655/api/character/653", "http://127.0.0.1:37655/api/character/794"]}'),
 (19, 5, '{"id": 5, "url": "http://127.0.0.1:37655/api/location/5", "name": "Tarrowick Drift", "type": "Asteroid belt", "created": "2017-11-12T03:06:30.293Z", "dimension": "Mirror strand", "residents": ["http://127.0.0.1:37655/api/character/88", "http://127.0.0.1:37655/api/character/165", "http://127.0.0.1:37655/api/character/780"]}'),
 (19, 6, '{"id": 6, "url": "http://127.0.0.1:37655/api/location/6", "name": "Nix Archive", "type": "Library", "created": "2017-11-12T11:41:14.331Z", "dimension": "Fold K-13", "residents": ["http://127.0.0.1:37655/api/character/6", "http://127.0.0.1:37655/api/character/134", "http://127.0.0.1:37655/api/character/192", "http://127.0.0.1:37655/api/character/301", "http://127.0.0.1:37655/api/character/437", "http://127.0.0.1:37655/api/character/802"]}'),
 (19, 7, '{"id": 7, "url": "http://127.0.0.1:37655/api/location/7", "name": "Quillmoor Under Glass", "type": "Bottled world", "created": "2017-11-12T18:20:00.942Z", "dimension": "Fold A-7", "residents": []}'),
 (19, 8, '{"id": 8, "url": "http://127.0.0.1:37655/api/location/8", "name": "Pinndor Asleep", "type": "Dream", "created": "2017-11-13T02:14:15.360Z", "dimension": "Fold K-13", "residents": ["http://127.0.0.1:37655/api/character/264", "http://127.0.0.1:37655/api/character/496", "http://127.0.0.1:37655/api/character/558"]}'),
 (19, 9, '{"id": 9, "url": "http://127.0.0.1:37655/api/location/9", "name": "Camberloo", "type": "Planet", "created": "2017-11-13T09:43:20.350Z", "dimension": "Paper dimension", "residents": ["http://127.0.0.1:37655/api/character/68", "http://127.0.0.1:37655/api/character/340", "http://127.0.0.1:37655/api/character/565", "http://127.0.0.1:37655/api/character/687", "http://127.0.0.1:37655/api/character/743"]}'),
 (19, 10, '{"id": 10, "url": "http://127.0.0.1:37655/api/location/10", "name": "Saffrock Minor", "type": "Moon", "created": "2017-11-13T18:24:28.422Z", "dimension": "Paper dimension", "residents": ["http://127.0.0.1:37655/api/character/807", "http://127.0.0.1:37655/api/character/821"]}'),
 (19, 11, '{"id": 11, "url": "http://127.0.0.1:37655/api/location/11", "name": "Hexaway Station", "type": "Space station", "created": "2017-11-14T00:44:07.331Z", "dimension": "Fold K-13", "residents": ["http://127.0.0.1:37655/api/character/219", "http://127.0.0.1:37655/api/character/312", "http://127.0.0.1:37655/api/character/435", "http://127.0.0.1:37655/api/character/596", "http://127.0.0.1:37655/api/character/634"]}'),
 (19, 12, '{"id": 12, "url": "http://127.0.0.1:37655/api/location/12", "name": "Zuvi Bazaar", "type": "Market", "created": "2017-11-14T09:13:07.675Z", "dimension": "Paper dimension", "residents": ["http://127.0.0.1:37655/api/character/27", "http://127.0.0.1:37655/api/character/258", "http://127.0.0.1:37655/api/character/360", "http://127.0.0.1:37655/api/character/446", "http://127.0.0.1:37655/api/character/761", "http://127.0.0.1:37655/api/character/789", "http://127.0.0.1:37655/api/character/796"]}'),
 (19, 13, '{"id": 13, "url": "http://127.0.0.1:37655/api/location/13", "name": "Yarrowfen Springs", "type": "Resort", "created": "2017-11-14T15:55:10.652Z", "dimension": "Fold K-13", "residents": ["http://127.0.0.1:37655/api/character/70", "http://127.0.0.1:37655/api/character/178", "http://127.0.0.1:37655/api/character/272", "http://127.0.0.1:37655/api/character/287"]}'),
 (19, 14, '{"id": 14, "url": "http://127.0.0.1:37655/api/location/14", "name": "Bravanta Drift", "type": "Asteroid belt", "created": "2017-11-15T01:34:46.515Z", "dimension": "Fold K-12", "residents": ["http://127.0.0.1:37655/api/character/300", "http://127.0.0.1:37655/api/character/336", "http://127.0.0.1:37655/api/character/450", "http://127.0.0.1:37655/api/character/466", "http://127.0.0.1:37655/api/character/671"]}'),
 (19, 15, '{"id": 15, "url": "http://127.0.0.1:37655/api/location/15", "name": "Lumeg Archive", "type": "Library", "created": "2017-11-15T07:14:34.666Z", "dimension": "Fold A-7", "residents": ["http://127.0.0.1:37655/api/character/253", "http://127.0.0.1:37655/api/character/585", "http://127.0.0.1:37655/api/character/649", "http://127.0.0.1:37655/api/character/784"]}'),
 (19, 16, '{"id": 16, "url": "http://127.0.0.1:37655/api/location/16", "name": "Camberloo Under Glass", "type": "Bottled world", "created": "2017-11-15T16:57:59.785Z", "dimension": "Fold A-7", "residents": ["http://127.0.0.1:37655/api/character/45", "http://127.0.0.1:37655/api/character/458", "http://127.0.0.1:37655/api/character/485", "http://127.0.0.1:37655/api/character/614", "http://127.0.0.1:37655/api/character/766"]}'),
 (19, 17, '{"id": 17, "url": "http://127.0.0.1:37655/api/location/17", "name": "Saffrock Asleep", "type": "Dream", "created": "2017-11-15T23:17:06.063Z", "dimension": "Low-gravity strand", "residents": ["http://127.0.0.1:37655/api/character/82", "http://127.0.0.1:37655/api/character/321", "http://127.0.0.1:37655/api/character/479", "http://127.0.0.1:37655/api/character/489", "http://127.0.0.1:37655/api/character/700", "http://127.0.0.1:37655/api/character/721"]}'),
 (19, 18, '{"id": 18, "url": "http://127.0.0.1:37655/api/location/18", "name": "Pinndor", "type": "Planet", "created": "2017-11-16T06:06:35.150Z", "dimension": "Fold K-13", "residents": []}'),
 (19, 19, '{"id": 19, "url": "http://127.0.0.1:37655/api/location/19", "name": "Oldgrin Minor", "type": "Moon", "created": "2017-11-16T15:16:36.303Z", "dimension": "Low-gravity strand", "residents": ["http://127.0.0.1:37655/api/character/156", "http://127.0.0.1:37655/api/character/231", "http://127.0.0.1:37655/api/character/415", "http://127.0.0.1:37655/api/character/680", "http://127.0.0.1:37655/api/character/737", "http://127.0.0.1:37655/api/character/754"]}'),
 (19, 20, '{"id": 20, "url": "http://127.0.0.1:37655/api/location/20", "name": "Drubble Station", "type": "Space station", "created": "2017-11-16T23:23:20.712Z", "dimension": "Paper dimension", "residents": ["http://127.0.0.1:37655/api/character/43", "http://127.0.0.1:37655/api/character/65", "http://127.0.0.1:37655/api/character/72", "http://127.0.0.1:37655/api/character/99", "http://127.0.0.1:37655/api/character/123", "http://127.0.0.1:37655/api/character/126", "http://127.0.0.1:37655/api/character/148", "http://127.0.0.1:37655/api/character/152", "http://127.0.0.1:37655/api/character/181", "http://127.0.0.1:37655/api/character/190", "http://127.0.0.1:37655/api/character/202", "http://127.0.0.1:37655/api/character/204", "http://127.0.0.1:37655/api/character/210", "http://127.0.0.1:37655/api/character/240", "http://127.0.0.1:37655/api/character/249", "http://127.0.0.1:37655/api/character/273", "http://127.0.0.1:37655/api/character/319", "http://127.0.0.1:37655/api/character/348", "http://127.0.0.1:37655/api/character/376", "http://127.0.0.1:37655/api/character/384", "http://127.0.0.1:37655/api/character/386", "http://127.0.0.1:37655/api/character/402", "http://127.0.0.1:37655/api/character/428", "http://127.0.0.1:37655/api/character/447", "http://127.0.0.1:37655/api/character/449", "http://127.0.0.1:37655/api/character/553", "http://127.0.0.1:37655/api/character/594", "http://127.0.0.1:37655/api/character/621", "http://127.0.0.1:37655/api/character/624", "http://127.0.0.1:37655/api/character/648", "http://127.0.0.1:37655/api/character/663", "http://127.0.0.1:37655/api/character/668", "http://127.0.0.1:37655/api/character/679", "http://127.0.0.1:37655/api/character/692", "http://127.0.0.1:37655/api/character/702", "http://127.0.0.1:37655/api/character/703", "http://127.0.0.1:37655/api/character/718", "http://127.0.0.1:37655/api/character/736", "http://127.0.0.1:37655/api/character/748", "http://127.0.0.1:37655/api/character/758", "http://127.0.0.1:37655/api/character/801"]}');
INSERT INTO raw.sources VALUES
 ('randomuser__users', 'user_processing', 'day', '@daily', NULL, true, 'login.password', '2026-11-30 19:16:44.807793+00', ''),
 ('cbr__exchange_rates', 'exchange_rates', 'day', '@daily', NULL, true, '', '2026-11-30 19:18:03.172275+00', ''),
 ('rickandmorty__locations', 'locations', 'day', '@daily', NULL, false, '', '2026-11-30 19:18:52.879895+00', '');
SELECT pg_catalog.setval('raw.load_id', 19, true);
ALTER TABLE ONLY analytics.exchange_rates
 ADD CONSTRAINT exchange_rates_pkey PRIMARY KEY (exchange_rate_id);
ALTER TABLE ONLY analytics.locations
 ADD CONSTRAINT locations_pkey PRIMARY KEY (location_id);
ALTER TABLE ONLY analytics.top_locations
 ADD CONSTRAINT top_locations_pkey PRIMARY KEY (day, place);
ALTER TABLE ONLY analytics.users_by_country
 ADD CONSTRAINT users_by_country_pkey PRIMARY KEY (nationality);
ALTER TABLE ONLY analytics.users
 ADD CONSTRAINT users_pkey PRIMARY KEY (user_id);
ALTER TABLE ONLY ops.dbt_results
 ADD CONSTRAINT dbt_results_pkey PRIMARY KEY (node, finished_at, invocation_id);
ALTER TABLE ONLY ops.model_loads
 ADD CONSTRAINT model_loads_pkey PRIMARY KEY (model, load_id);
ALTER TABLE ONLY raw.loads
 ADD CONSTRAINT loads_pkey PRIMARY KEY (source, period, account);
ALTER TABLE ONLY raw.sources
 ADD CONSTRAINT sources_pkey PRIMARY KEY (source);
CREATE INDEX "5306e69b35e6a166030a1362334b1f57" ON analytics.rejected_records USING btree (load_id);
CREATE INDEX "5ece6fb81fd8b96183d6b3f7c2f00c97" ON analytics.rejected_exchange_rates USING btree (load_id);
CREATE INDEX "8ecd4911b4a76f8d73a7273ef4ef9901" ON analytics.rejected_locations USING btree (load_id);
CREATE INDEX users_by_email ON analytics.users USING btree (lower(email));
CREATE INDEX cbr__exchange_rates__load_id_record_no ON raw.cbr__exchange_rates USING btree (load_id, record_no);
CREATE INDEX loads__load_id ON raw.loads USING btree (load_id);
CREATE INDEX randomuser__users__load_id_record_no ON raw.randomuser__users USING btree (load_id, record_no);
CREATE INDEX rickandmorty__locations__load_id_record_no ON raw.rickandmorty__locations USING btree (load_id, record_no);
GRANT USAGE ON SCHEMA analytics TO elt_reader;
GRANT USAGE ON SCHEMA analytics TO analyst;
GRANT USAGE ON SCHEMA ops TO elt_reader;
REVOKE USAGE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA raw TO elt_reader;
GRANT USAGE ON SCHEMA raw TO elt_transformer;
REVOKE ALL ON FUNCTION raw.sessions() FROM PUBLIC;
GRANT ALL ON FUNCTION raw.sessions() TO elt_loader;
GRANT ALL ON FUNCTION raw.sessions() TO elt_transformer;
GRANT SELECT ON TABLE analytics.countries TO elt_reader;
GRANT SELECT ON TABLE analytics.exchange_rates TO elt_reader;
GRANT SELECT ON TABLE analytics.locations TO elt_reader;
GRANT SELECT ON TABLE analytics.rejected_exchange_rates TO elt_reader;
GRANT SELECT ON TABLE analytics.rejected_locations TO elt_reader;
GRANT SELECT ON TABLE analytics.rejected_records TO elt_reader;
GRANT SELECT ON TABLE analytics.rejected_records TO analyst;
GRANT SELECT ON TABLE raw.cbr__exchange_rates TO elt_transformer;
GRANT SELECT ON TABLE analytics.stg_cbr__exchange_rates TO elt_reader;
GRANT SELECT ON TABLE raw.randomuser__users TO elt_transformer;
GRANT SELECT ON TABLE analytics.stg_randomuser__users TO elt_reader;
GRANT SELECT ON TABLE analytics.stg_randomuser__users TO analyst;
GRANT SELECT ON TABLE raw.rickandmorty__locations TO elt_transformer;
GRANT SELECT ON TABLE analytics.stg_rickandmorty__locations TO elt_reader;
GRANT SELECT ON TABLE analytics.top_locations TO elt_reader;
GRANT SELECT ON TABLE analytics.users TO elt_reader;
GRANT SELECT ON TABLE analytics.users TO analyst;
GRANT SELECT ON TABLE analytics.users_by_country TO elt_reader;
GRANT SELECT ON TABLE ops.dbt_results TO elt_reader;
GRANT SELECT ON TABLE ops.model_loads TO elt_reader;
GRANT SELECT ON TABLE raw.loads TO elt_transformer;
GRANT SELECT ON TABLE raw.loads TO elt_reader;
GRANT SELECT ON TABLE raw.sources TO elt_transformer;
GRANT SELECT ON TABLE raw.sources TO elt_reader;
ALTER DEFAULT PRIVILEGES FOR ROLE elt_transformer IN SCHEMA analytics GRANT SELECT ON TABLES TO elt_reader;
ALTER DEFAULT PRIVILEGES FOR ROLE elt_transformer IN SCHEMA ops GRANT SELECT ON TABLES TO elt_reader;
ALTER DEFAULT PRIVILEGES FOR ROLE elt_loader IN SCHEMA raw GRANT SELECT ON TABLES TO elt_transformer;
