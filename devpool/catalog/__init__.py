"""What other software is called, says and needs: facts as tables, each row with its source. Pure."""
