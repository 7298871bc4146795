DO $$
DECLARE
    gardee regclass;
BEGIN
    FOR gardee IN SELECT tgrelid::regclass FROM pg_trigger WHERE tgname = 'jamais_videe' LOOP
        EXECUTE format('DROP TRIGGER jamais_videe ON %s', gardee);
    END LOOP;
END
$$;
DROP TABLE cle_donnees;
DROP TABLE cle_retiree;
DROP TABLE cle;
DROP TABLE base;
