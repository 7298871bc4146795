DROP TABLE bac_a_sable;
