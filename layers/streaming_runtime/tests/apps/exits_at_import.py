raise SystemExit("stop here")
