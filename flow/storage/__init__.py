"""SQL lives here and in signals/storage: COPY in, keyset out, leases, control entries."""
