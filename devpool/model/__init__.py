"""What the project means: its services, their variables and the databases these lead to. Pure."""
