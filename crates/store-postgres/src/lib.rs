//! The queries of bonded-store, checked and compiled against PostgreSQL.
