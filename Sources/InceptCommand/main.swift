print("incept")
