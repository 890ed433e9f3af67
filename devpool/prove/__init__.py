"""The proof, before anything is written: Compose's reading before and after differs by exactly the plan. Pure."""
