"""The model beside filters that people use: bogofilter, bsfilter, and scikit-learn's complement naive Bayes."""
