"""What the client tests share: a running server, the clients, and packages for them."""
