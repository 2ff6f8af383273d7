-- A package has few of its subdir's records. SQLite, which has no statistics to go by, looks them up by this index for every
-- query only if that saves it sorting them: with signatures, if no two records are the same in it.

DROP INDEX conda_files_package;
CREATE UNIQUE INDEX conda_files_package ON conda_files (subdir_id, package, archive, filename);
